"""Who may talk to the process, what the browser is told, and which files can be fetched."""

import aiohttp
import pytest

from pos_bridge.agent import pages
from pos_bridge.agent.server import listen
from pos_bridge.core.errors import Rejected
from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL

PLACES = [
	"/",
	"/till",
	"/ledger",
	"/devices",
	"/agent",
	"/api/ledger/entries",
	"/till/enrolment.json",
	"/nowhere",
]


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize(
	"headers",
	[
		{"Host": "evil.example:8686"},
		{"Host": "127.0.0.1.evil.example"},
		{"Host": "127.0.0.1"},
		{"Origin": "https://evil.example"},
		{"Origin": "null"},
		{"Origin": "http://127.0.0.1"},
	],
)
async def test_a_stranger_is_refused_in_words_before_anything_looks_at_the_request(till, path, headers):
	async with till.http.get(path, headers=headers, allow_redirects=False) as response:
		assert response.status == 403
		error = (await response.json())["error"]
		assert error["code"] in ("forbidden_host", "forbidden_origin")
		assert len(error["message"]) > 30


async def test_a_strange_page_gets_no_websocket(till):
	with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
		await till.http.ws_connect(AGENT_PATH, protocols=(AGENT_SUBPROTOCOL,), origin="https://evil.example")
	assert refusal.value.status == 403


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_our_own_pages_are_let_in_under_both_names(till, name):
	host = f"{name}:{till.demo.port}"
	headers = {"Host": host, "Origin": f"http://{host}"}
	async with till.http.get("/ledger", headers=headers) as response:
		assert response.status == 200


@pytest.mark.parametrize("path", PLACES)
async def test_every_answer_tells_the_browser_to_run_our_own_scripts_only(till, path):
	async with till.http.get(path, allow_redirects=False) as response:
		policy = response.headers["Content-Security-Policy"]
		assert response.headers["X-Content-Type-Options"] == "nosniff"
	assert "script-src 'self';" in policy
	assert "frame-ancestors 'none'" in policy
	assert "unsafe" not in policy


@pytest.fixture
def public(tmp_path, monkeypatch):
	folder = tmp_path / "public"
	(folder / "till" / "assets").mkdir(parents=True)
	(folder / "till" / "index.html").write_text("<!doctype html>shell")
	(folder / "till" / "assets" / "index-AbCd_123.js").write_text("export {};" * 500)
	(folder / "till" / "pos-bridge-worker.js").write_text("worker")
	(tmp_path / "secret.txt").write_text("secret")
	(folder / "link.txt").symlink_to(tmp_path / "secret.txt")
	return folder


@pytest.mark.parametrize(
	"name",
	[
		"../secret.txt",
		"till/../../secret.txt",
		"/etc/hostname",
		"link.txt",
		"till",
		"",
		"\0",
		"a" * 5_000,
		"..",
	],
	ids=range(9),
)
def test_no_path_leads_out_of_the_folder(public, name):
	with pytest.raises(aiohttp.web.HTTPNotFound):
		pages.file_answer(public, name)


@pytest.mark.parametrize(
	"path", ["..%2f..%2fpyproject.toml", "%2e%2e/%2e%2e/pyproject.toml", "till/%00", "%5c.."]
)
async def test_no_address_leads_out_of_the_folder(till, path):
	async with till.http.get(f"/assets/pos_bridge/{path}") as response:
		assert response.status == 404


def test_files_with_a_digest_are_cached_for_good_and_the_shell_never(public):
	hashed = pages.file_answer(public, "till/assets/index-AbCd_123.js")
	assert "immutable" in hashed.headers["Cache-Control"]
	assert hashed.content_type == "text/javascript"
	for name in ("till/index.html", "till/pos-bridge-worker.js"):
		assert pages.file_answer(public, name).headers["Cache-Control"] == "no-cache"


async def test_the_built_page_is_served_with_its_worker(public, aiohttp_app_client):
	client = await aiohttp_app_client(lambda app: pages.add_till(app, public))
	async with client.get("/till") as response:
		assert (response.status, await response.text()) == (200, "<!doctype html>shell")
	async with client.get("/assets/pos_bridge/till/assets/index-AbCd_123.js") as response:
		assert response.headers["Content-Encoding"] in ("gzip", "deflate")
	async with client.get("/pos-bridge-worker.js") as response:
		assert response.headers["Service-Worker-Allowed"] == "/till"
		assert response.headers["Cache-Control"] == "no-cache"
		assert response.content_type == "text/javascript"


async def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path, aiohttp_app_client):
	client = await aiohttp_app_client(lambda app: pages.add_till(app, tmp_path))
	async with client.get("/till") as response:
		assert response.status == 503
		assert "npm run build" in await response.text()


@pytest.fixture
async def aiohttp_app_client():
	from aiohttp.test_utils import TestClient, TestServer

	clients = []

	async def start(add):
		app = aiohttp.web.Application()
		add(app)
		client = TestClient(TestServer(app))
		await client.start_server()
		clients.append(client)
		return client

	yield start
	for client in clients:
		await client.close()


def test_a_taken_port_says_what_to_do():
	taken = listen(0)
	port = taken.getsockname()[1]
	with pytest.raises(Rejected, match="--port"):
		listen(port)
	taken.close()


async def test_the_agents_status_can_be_looked_at(till):
	_, status = await till.get("/agent/status")
	assert (status["till"], status["pages"], status["unforwarded"]) == ("T1", 0, 0)
