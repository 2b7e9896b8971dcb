"""What a shop answers, over a real connection: data, a passing fault, or something for a person."""

import json
import socket
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pos_bridge.channels import http
from pos_bridge.channels.http import Http, HttpResponse, RequestsTransport, read_json, refusal_of, shop_origin
from pos_bridge.channels.limit import MAX_WAIT_SECONDS, Bucket, Budget
from pos_bridge.core.errors import Rejected, Retryable, TooLarge, Unauthenticated


class Answers(BaseHTTPRequestHandler):
	"""Answers with what the test put into `server.answer`; keeps what it was asked."""

	def do_GET(self):
		length = int(self.headers.get("Content-Length") or 0)
		self.server.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
		status, headers, body = self.server.answer
		if status is None:
			self.connection.shutdown(socket.SHUT_RDWR)
			return
		self.send_response(status)
		for name, value in headers.items():
			self.send_header(name, value)
		self.send_header("Content-Length", str(len(body)))
		self.end_headers()
		self.wfile.write(body)

	do_POST = do_PUT = do_GET

	def log_message(self, *args):
		pass


@pytest.fixture
def shop():
	server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
	server.asked, server.answer = [], (200, {}, b"{}")
	thread = threading.Thread(target=server.serve_forever, daemon=True)
	thread.start()
	server.http = Http(
		f"http://127.0.0.1:{server.server_port}/shop/",
		RequestsTransport(),
		Bucket(Budget(1000, 1000)),
		{"Authorization": "Basic secret"},
	)
	yield server
	server.shutdown()
	server.server_close()
	thread.join()


def failing(shop, status, body=b"", **headers):
	shop.answer = (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
	with pytest.raises((Retryable, Rejected)) as raised:
		shop.http.call("GET", "/orders")
	return raised.value


def test_a_call_sends_its_key_and_reads_figures_exactly(shop):
	shop.answer = (200, {"X-Pages": "3"}, b'{"total": 77.3143, "id": 5}')
	answer = shop.http.call("POST", "/orders", {"after": "2026-11-22T12:00:00"}, {"name": "Täe"})
	assert answer.data == {"total": Decimal("77.3143"), "id": 5}
	assert answer.headers["x-pages"] == "3"
	method, path, headers, body = shop.asked[0]
	assert (method, path) == ("POST", "/shop/orders?after=2026-11-22T12%3A00%3A00")
	assert headers["Authorization"] == "Basic secret"
	assert json.loads(body) == {"name": "Täe"}


@pytest.mark.parametrize(
	("status", "body", "kind", "code"),
	[
		(429, b"", Retryable, "channel_busy"),
		(500, b"<html>", Retryable, "channel_fault"),
		(503, b"", Retryable, "channel_fault"),
		(200, b"<!doctype html><p>Maintenance", Retryable, "channel_answer"),
		(200, b"", Retryable, "channel_answer"),
		(200, b"[" * 100_000, Retryable, "channel_answer"),
		(200, b'{"a": NaN}', Retryable, "channel_answer"),
		(None, b"", Retryable, "channel_away"),
		(401, b"", Unauthenticated, "channel_unauthenticated"),
		(403, b"", Unauthenticated, "channel_unauthenticated"),
		(404, b"", Rejected, "channel_not_found"),
		(400, b'{"message": "Invalid ID."}', Rejected, "channel_refused"),
		(302, b"", Rejected, "channel_moved"),
	],
)
def test_each_way_to_fail_is_told_from_the_others(shop, status, body, kind, code):
	error = failing(shop, status, body)
	assert (type(error), error.code) == (kind, code)
	assert "secret" not in error.message


def test_a_shop_says_itself_when_it_wants_to_be_asked_again(shop):
	assert failing(shop, 429, Retry_After="17").retry_after_seconds == 17
	assert failing(shop, 503, Retry_After="5").retry_after_seconds == 5
	assert failing(shop, 429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT").retry_after_seconds == 60
	assert failing(shop, 429, Retry_After="999999999").retry_after_seconds == http.MAX_RETRY_AFTER_SECONDS
	assert failing(shop, 500).retry_after_seconds == 0


def test_a_shops_own_words_are_shown_in_one_line_and_not_for_ever(shop):
	error = failing(shop, 400, json.dumps({"message": "No\n\x1b[31m" + "x" * 1000}).encode())
	assert "No  [31mxxx" in error.message
	assert len(error.message) < 400
	assert failing(shop, 400, b'{"message": {"a": 1}}').message == "The shop refused this (HTTP 400)."


def test_a_redirect_is_not_followed(shop):
	error = failing(shop, 302, Location="https://evil.example/")
	assert "https://evil.example/" in error.message
	assert len(shop.asked) == 1


def test_an_answer_without_an_end_is_not_read_to_its_end(shop, monkeypatch):
	monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 100_000)
	shop.answer = (200, {}, b" " * 200_000)
	with pytest.raises(TooLarge):
		shop.http.call("GET", "/orders")


def test_a_port_where_nobody_listens_is_a_passing_fault():
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		port = free.getsockname()[1]
	shop = Http(f"http://127.0.0.1:{port}", RequestsTransport(), Bucket(Budget(9, 9)), {})
	with pytest.raises(Retryable) as raised:
		shop.call("GET", "/")
	assert raised.value.code == "channel_away"


@pytest.mark.parametrize(
	("said", "origin"),
	[
		("shop.example.com", "https://shop.example.com"),
		("https://shop.example.com/wp/", "https://shop.example.com/wp"),
		("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
	],
)
def test_an_address_of_a_shop(said, origin):
	assert shop_origin(said) == origin


@pytest.mark.parametrize(
	"said",
	[
		"http://shop.example.com",
		"ftp://shop.example.com",
		"",
		"https://",
		"https://a:b@c.example",
		"https://x/?y",
	],
)
def test_no_address_of_a_shop(said):
	with pytest.raises(Rejected):
		shop_origin(said)


def test_a_bucket_lets_calls_through_as_fast_as_it_fills():
	slept, now = [], [0.0]

	def sleep(seconds):
		slept.append(seconds)
		now[0] += seconds

	bucket = Bucket(Budget(3, 2.0), clock=lambda: now[0], sleep=sleep)
	for _ in range(5):
		bucket.take()
	assert slept == [0.5, 0.5]
	now[0] += 100
	bucket.take(3)
	assert len(slept) == 2


def test_a_bucket_does_not_wait_for_ever_and_believes_the_shop():
	bucket = Bucket(Budget(1000, 10.0), clock=lambda: 0.0, sleep=lambda seconds: None)
	bucket.observe(0)
	with pytest.raises(Retryable) as raised:
		bucket.take(10 * MAX_WAIT_SECONDS + 11)
	assert raised.value.retry_after_seconds == MAX_WAIT_SECONDS + 2


def test_words_of_other_languages_and_odd_bodies_do_not_break_a_refusal():
	assert "passt nicht" in refusal_of(HttpResponse(400, {}, '{"message": "passt nicht ü"}'.encode())).message
	assert refusal_of(HttpResponse(418, {}, b"\xff\xfe")).code == "channel_refused"
	with pytest.raises(Retryable):
		read_json(b"\xff\xfe\xfa")
