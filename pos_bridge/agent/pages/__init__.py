"""The pages that the till's process brings along, and the files of the built till page.

It only hands out files below two folders, and never one outside of them.
"""

import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

PUBLIC = Path(__file__).parents[2] / "public"
PAGES = Path(__file__).parent
TILL_PREFIX = "/assets/pos_bridge/"
WORKER_PATH = "/pos-bridge-worker.js"

# Vite puts the digest of a file's content into its name, and such files into the folder `assets`.
_HASHED = re.compile(r".+-[A-Za-z0-9_-]{8}\.[a-z0-9]+")
_COMPRESSIBLE = (".html", ".js", ".css", ".svg", ".json", ".map", ".webmanifest")
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm"}
_NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The till page is not built yet</title>
<link rel="stylesheet" href="/pages/ledger.css">
<main class="notice">
<h1>The till page is not built yet</h1>
<p>This is a checkout of the source. Build the page once, then reload:</p>
<pre>cd frontend
npm ci
npm run build</pre>
<p>The books are at <a href="/ledger">/ledger</a>.</p>
</main>
</html>
"""


def add_till(app: web.Application, public: Path = PUBLIC) -> None:
	"""Serve the page at /till, its other window at /till/display, its files and its service worker."""

	async def shell(_: web.Request) -> web.StreamResponse:
		if not (public / "till" / "index.html").is_file():
			return web.Response(text=_NOT_BUILT, content_type="text/html", status=503, headers=_fresh())
		return file_answer(public, "till/index.html")

	async def asset(request: web.Request) -> web.StreamResponse:
		return file_answer(public, request.match_info["path"])

	async def worker(_: web.Request) -> web.StreamResponse:
		# A service worker rules over /till only when its script lies at the root.
		response = file_answer(public, f"till{WORKER_PATH}")
		response.headers["Service-Worker-Allowed"] = "/till"
		return response

	app.router.add_get("/till", shell)
	app.router.add_get("/till/display", shell)
	app.router.add_get(TILL_PREFIX + "{path:.+}", asset)
	app.router.add_get(WORKER_PATH, worker)


def add_pages(app: web.Application, *names: str) -> None:
	"""Serve pages/<name>.html at /<name>, and the scripts and styles of all pages below /pages/."""

	async def page(request: web.Request) -> web.StreamResponse:
		return file_answer(PAGES, f"{request.path.strip('/')}.html")

	async def part(request: web.Request) -> web.StreamResponse:
		return file_answer(PAGES, request.match_info["name"])

	for name in names:
		app.router.add_get(f"/{name}", page)
	app.router.add_get("/pages/{name:[a-z_]+\\.(?:js|css|svg)}", part)


def add_files(app: web.Application, names: Mapping[str, str]) -> None:
	"""Serve files of this folder, each at the path that `names` gives it."""

	def serve(path: str, name: str) -> None:
		async def answer(_: web.Request) -> web.StreamResponse:
			return file_answer(PAGES, name)

		app.router.add_get(path, answer)

	for path, name in names.items():
		serve(path, name)


def file_answer(folder: Path, name: str) -> web.Response:
	"""A file below `folder`, or 404. Files with a digest in their name are cached for good, others never."""
	root = folder.resolve()
	try:
		path = (root / name).resolve()
		found = path.is_relative_to(root) and path.is_file()
	except (ValueError, OSError):
		found = False
	if not found:
		raise web.HTTPNotFound
	response = web.Response(body=path.read_bytes(), headers=_caching(path))
	response.content_type = _TYPES.get(path.suffix) or _guess(path)
	if path.suffix in _COMPRESSIBLE:
		response.charset = "utf-8"
		response.enable_compression()
	return response


def _guess(path: Path) -> str:
	return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _caching(path: Path) -> dict[str, str]:
	if path.parent.name == "assets" and _HASHED.fullmatch(path.name):
		return {"Cache-Control": "public, max-age=31536000, immutable"}
	return _fresh()


def _fresh() -> dict[str, str]:
	return {"Cache-Control": "no-cache"}
