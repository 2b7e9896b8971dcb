"""The tills' door over HTTP: who gets in, what is kept, what is refused and in which words."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import frappe
import pytest
from books import book, entry_of, open_till
from tills import METHODS, enrol

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire, seal
from pos_bridge.core.sync import ENROL_PATH, PUSH_PATH, push_body
from pos_bridge.erpnext.door.enrolment import make_code, revoke


@pytest.fixture
def till(server, shop):
	return enrol(server, shop.till)


def counted(doctype, **filters):
	frappe.db.rollback()
	return frappe.db.count(doctype, filters)


def test_fifty_parallel_pushes_of_one_entry_leave_one_row_and_one_invoice(till, shop):
	wire = shop.sale(shop.line(shop.items[0]))
	with ThreadPoolExecutor(50) as senders:
		answers = list(senders.map(lambda _: till.push(wire), range(50)))
	assert {status for status, _ in answers} == {200}
	outcomes = [answer["message"]["results"][0]["outcome"] for _, answer in answers]
	assert (outcomes.count("created"), outcomes.count("exists")) == (1, 49)
	id = open_wire(wire).id
	assert counted("POS Entry", name=id) == 1
	jobs.post_waiting()
	assert counted("Sales Invoice", pos_bridge_entry=id) == 1


def test_another_body_under_a_known_id_is_put_aside_and_the_next_goes_through(till, shop):
	first, second = shop.sale(shop.line(shop.items[0])), shop.sale(shop.line(shop.items[1]))
	other = seal(replace(open_wire(first), body={"reason": "another body"}, kind="void", receipt_number=""))
	_, answer = till.push(first, other, second)
	assert [each["outcome"] for each in answer["message"]["results"]] == ["created", "conflict", "created"]
	assert counted("POS Quarantine", entry_id=open_wire(first).id) == 1


def test_another_tills_entry_is_put_aside(till, shop):
	stranger = open_till(shop)
	_, answer = till.push(stranger.sale(stranger.line(stranger.items[0])))
	(result,) = answer["message"]["results"]
	assert result["outcome"] == "quarantined"
	assert f"says till {stranger.till}" in result["reason"]


@pytest.mark.parametrize(
	("raw", "code"),
	[(b"\xff\xfe not json", "malformed"), (b'{"protocol": 99, "till": "T"}', "unknown_protocol")],
)
def test_whatever_a_till_sends_is_kept(till, raw, code):
	before = counted("POS Quarantine")
	status, answer = till.server.post(PUSH_PATH, raw, **till.bearer)
	assert (status, answer["error"]["code"]) == (400, code)
	assert counted("POS Quarantine") == before + 1


def test_too_much_at_once_is_refused_and_nothing_of_it_taken(till, shop):
	body = push_body(shop.till, [shop.sale(shop.line(shop.items[0]))] * 501)
	status, answer = till.server.post(PUSH_PATH, body, **till.bearer)
	assert (status, answer["error"]["code"]) == (413, "too_large")
	assert counted("POS Entry", till=shop.till) == 0


@pytest.mark.parametrize("token", ["", "Till", "Till ", "Till wrong", "token a:b", "Bearer x"])
def test_a_wrong_or_missing_token_is_refused_in_words(server, token):
	headers = {"Authorization": token} if token else {}
	status, answer = server.post(PUSH_PATH, {"protocol": 1}, **headers)
	assert status in (401, 403), answer
	assert "message" not in answer or "results" not in str(answer["message"])


def test_a_revoked_token_is_refused_at_once_and_a_new_code_lets_the_till_in_again(till, shop):
	revoke(shop.till)
	frappe.db.commit()
	status, answer = till.push(shop.sale(shop.line(shop.items[0])))
	assert (status, answer["error"]["code"]) == (401, "revoked")
	assert "switched off" in answer["error"]["message"]
	again = enrol(till.server, shop.till)
	assert again.push(shop.sale(shop.line(shop.items[0])))[0] == 200


def test_a_code_works_once(server, shop):
	code = make_code(shop.till)
	frappe.db.commit()
	assert server.post(ENROL_PATH, {"code": code.lower()})[0] == 200
	status, answer = server.post(ENROL_PATH, {"code": code})
	assert (status, answer["error"]["code"]) == (422, "invalid_code")


def test_a_guessed_code_locks_the_real_one_after_five_tries(server, shop):
	code = make_code(shop.till)
	frappe.db.commit()
	for _ in range(5):
		assert server.post(ENROL_PATH, {"code": "AAAAAAAA"})[0] == 422
	assert server.post(ENROL_PATH, {"code": code})[0] == 422


def test_an_expired_code_is_refused(server, shop):
	code = make_code(shop.till)
	frappe.db.set_value("POS Till", shop.till, "code_expires_at", "2026-01-01 00:00:00")
	frappe.db.commit()
	assert server.post(ENROL_PATH, {"code": code})[0] == 422


def test_epochs_are_handed_out_once(server, shop):
	assert [enrol(server, shop.till).next_epoch for _ in range(3)] == [1, 101, 201]


@pytest.mark.parametrize(
	"path",
	[
		"/api/method/frappe.client.get_list?doctype=User",
		"/api/resource/Customer",
		"/api/v2/document/Customer",
		"/api/method/frappe.auth.get_logged_user",
		f"{METHODS}push?cmd=frappe.auth.get_logged_user",
		"/app",
	],
)
def test_a_tills_token_opens_nothing_but_the_tills_endpoints(till, path):
	status, answer = till.server.get(path, **till.bearer)
	assert (status, answer["error"]["code"]) == (403, "not_for_tills")


def test_the_answer_says_what_is_missing(till, shop):
	one, two, three = (shop.sale(shop.line(shop.items[0])) for _ in range(3))
	_, answer = till.push(one, three)
	assert answer["message"]["gaps"] == [{"chain": shop.chain, "first": 2, "last": 2}]
	_, answer = till.push(two)
	assert answer["message"]["gaps"] == []


def test_the_state_of_a_known_entry_is_told(till, shop):
	wire = shop.sale(shop.line(shop.items[0]))
	book(shop, wire)
	_, answer = till.push(wire)
	assert answer["message"]["results"] == [
		{"id": open_wire(wire).id, "outcome": "exists", "state": "posted", "reason": ""}
	]
	assert entry_of(wire).state == "posted"


def test_the_page_and_its_worker_come_from_the_root(server):
	status, page = server.get("/till")
	assert (status, "POS Bridge" in json.dumps(page)) == (200, True)
	assert server.get("/pos-bridge-worker.js")[0] == 200
