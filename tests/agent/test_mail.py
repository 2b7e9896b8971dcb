"""Receipts by e-mail at the standalone company: kept once, shown, asked for again until the sale is there."""

from carts import till_day

from pos_bridge.core.entry import open_wire
from pos_bridge.core.kinds.receipt_mail import MAIL_PATH

ID = "019338c1-0000-7000-8000-000000000001"


async def ask(till, **body):
	async with till.http.post(MAIL_PATH, json=body, headers=till.authorization) as response:
		return response.status, await response.json()


async def test_a_receipt_is_kept_once_and_shown_beside_its_sale(till):
	await till.enrol()
	day = till_day(1)
	sale = open_wire(day[0])
	wanted = {"id": ID, "entry": sale.id, "to": "jana@petersen.example"}
	status, early = await ask(till, **wanted)
	assert (status, early["error"]["code"], early["error"]["retryable"]) == (503, "entry_unknown", True)
	await till.push(day)
	for _ in range(2):
		assert await ask(till, **wanted) == (200, {"message": {"id": ID, "state": "kept"}})
	async with till.http.get("/api/ledger/entry", params={"id": sale.id}) as response:
		assert (await response.json())["message"]["mailed_to"] == ["jana@petersen.example"]


async def test_nobody_without_a_token_sends_anything(till):
	async with till.http.post(MAIL_PATH, json={"id": ID, "entry": ID, "to": "a@b.example"}) as response:
		assert response.status == 401


async def test_no_address_is_refused_for_good(till):
	await till.enrol()
	status, answer = await ask(till, id=ID, entry=ID, to="nobody")
	assert (status, answer["error"]["retryable"]) == (422, False)
