"""The company over HTTP: what its answers mean, also where something between answers instead of it."""

from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from pos_bridge.agent.company import AWAY, MAX_ANSWER_BYTES, Company
from pos_bridge.core.errors import Malformed, Retryable, TooLarge, Unauthenticated
from pos_bridge.core.sync import MAX_REASON, PUSH_PATH

TOKEN = "secret-token"


@asynccontextmanager
async def company(answer, port):
	"""Our end of a company that answers each push with `answer(request)`."""
	app = web.Application()
	app.router.add_post(PUSH_PATH, answer)
	runner = web.AppRunner(app)
	await runner.setup()
	await web.TCPSite(runner, "127.0.0.1", port).start()
	company = Company(f"http://localhost:{port}")
	try:
		yield company
	finally:
		await company.close()
		await runner.cleanup()


def ours(code, *, retryable=False, message="no"):
	return {"error": {"code": code, "message": message, "retryable": retryable}}


async def half(request):
	response = web.StreamResponse(headers={"Content-Length": "1000"})
	await response.prepare(request)
	await response.write(b'{"message": {')
	request.transport.close()
	return response


REFUSALS = [
	(400, ours("malformed"), Malformed, "malformed"),
	(401, ours("unauthenticated"), Unauthenticated, "unauthenticated"),
	(413, ours("too_large"), TooLarge, "too_large"),
	(503, ours("fault", retryable=True), Retryable, "fault"),
	(400, "<h1>Bad Request</h1>", Retryable, "company_fault"),
	(403, "<h1>Forbidden</h1>", Unauthenticated, "unauthenticated"),
	(413, "<h1>Request Entity Too Large</h1>", TooLarge, "too_large"),
	(404, "<h1>Not Found</h1>", Retryable, "company_fault"),
	(302, "", Retryable, "company_fault"),
	(500, "\x00\xff", Retryable, "company_fault"),
	(200, "<h1>Log in to the hotel's network</h1>", Retryable, "bad_answer"),
	(200, {"message": "pong"}, Retryable, "bad_answer"),
	(200, ["message"], Retryable, "bad_answer"),
	(200, "x" * (MAX_ANSWER_BYTES + 1), Retryable, "bad_answer"),
]


@pytest.mark.parametrize(("status", "body", "kind", "code"), REFUSALS, ids=range(len(REFUSALS)))
async def test_what_a_refusal_means_is_told_by_kind(unused_tcp_port, status, body, kind, code):
	async def answer(_):
		headers = {"Location": "/elsewhere"} if status == 302 else {}
		if isinstance(body, str):
			return web.Response(text=body, status=status, headers=headers)
		return web.json_response(body, status=status)

	async with company(answer, unused_tcp_port) as ours:
		with pytest.raises(kind) as refusal:
			await ours.push(b"{}", TOKEN)
	assert type(refusal.value) is kind
	assert refusal.value.code == code
	assert TOKEN not in refusal.value.message


async def test_half_an_answer_is_none_and_nobody_there_is_told_apart_from_a_fault(unused_tcp_port):
	async with company(half, unused_tcp_port) as ours:
		with pytest.raises(Retryable):
			await ours.push(b"{}", TOKEN)
	gone = Company(f"http://127.0.0.1:{unused_tcp_port}")
	with pytest.raises(Retryable) as away:
		await gone.push(b"{}", TOKEN)
	await gone.close()
	assert away.value.code == AWAY


async def test_the_companys_words_are_bounded_and_whole(unused_tcp_port):
	async def answer(_):
		text = '{"error": {"code": "held", "message": "cut \\ud83d' + "x" * 100_000 + '"}}'
		return web.Response(text=text, status=500)

	async with company(answer, unused_tcp_port) as ours:
		with pytest.raises(Retryable) as refusal:
			await ours.push(b"{}", TOKEN)
	assert refusal.value.message.startswith("cut ?xxx")
	assert len(refusal.value.message) == MAX_REASON


async def test_a_cookie_of_the_company_is_never_sent_back(unused_tcp_port):
	cookies = []

	async def answer(request):
		cookies.append(dict(request.cookies))
		response = web.json_response({"message": {}})
		response.set_cookie("sid", "Guest")
		return response

	async with company(answer, unused_tcp_port) as ours:
		for _ in range(2):
			await ours.push(b"{}", TOKEN)
	assert cookies == [{}, {}]
