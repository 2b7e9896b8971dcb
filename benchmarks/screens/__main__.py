"""Pictures of every screen of the till, into docs/screens: `python -m benchmarks.screens [pass …]`.

Small on purpose: whoever changes a screen looks at all of them before and after.
"""

import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, Playwright, sync_playwright

from benchmarks.browser import open_chromium
from benchmarks.processes import Demo
from benchmarks.screens.walk import walk

FOLDER = Path(__file__).parents[2] / "docs/screens"
MAX_WIDTH = 720
QUALITY = 60
MAX_PICTURE_BYTES = 60_000
MAX_BYTES = 3_000_000


@dataclass(frozen=True, slots=True)
class Pass:
	"""One walk through all screens."""

	width: int
	height: int
	theme: str = "light"
	language: str = "en"


PASSES = {
	"phone": Pass(390, 844),
	"tablet": Pass(1024, 768),
	"desktop": Pass(1440, 900),
	"dark": Pass(1280, 800, theme="dark"),
	"right-to-left": Pass(1024, 768, language="ar"),
}


def take(playwright: Playwright, name: str) -> None:
	"""All screens of one pass, each as `<screen>.webp` in a folder of the pass's name."""
	how = PASSES[name]
	folder = FOLDER / name
	folder.mkdir(parents=True, exist_ok=True)
	for old in folder.glob("*.webp"):
		old.unlink()
	with tempfile.TemporaryDirectory() as temporary, Demo(Path(temporary) / "demo") as demo:
		context = open_chromium(playwright, Path(temporary) / "profile", how.width, how.height)
		page = context.new_page()
		page.emulate_media(color_scheme=how.theme, reduced_motion="reduce")  # type: ignore[arg-type]
		page.add_init_script(f"localStorage.setItem('posbridge.language', '{how.language}')")
		page.goto(f"{demo.url}/till")
		for screen in walk(page):
			_picture(page, folder / f"{screen}.webp")
		context.close()


def _picture(page: Page, path: Path) -> None:
	page.wait_for_timeout(150)
	picture = Image.open(BytesIO(page.screenshot()))
	picture.thumbnail((MAX_WIDTH, MAX_WIDTH * 2))
	picture.save(path, "WEBP", quality=QUALITY, method=6)
	size = path.stat().st_size
	if size > MAX_PICTURE_BYTES:
		raise SystemExit(f"{path} has {size} bytes, more than {MAX_PICTURE_BYTES}.")


def main() -> None:
	"""The passes that are named, else all."""
	with sync_playwright() as playwright:
		for name in sys.argv[1:] or PASSES:
			take(playwright, name)
			print(name)
	total = sum(path.stat().st_size for path in FOLDER.rglob("*.webp"))
	if total > MAX_BYTES:
		raise SystemExit(f"The pictures have {total} bytes, more than {MAX_BYTES}.")
	print(f"{total} bytes")


if __name__ == "__main__":
	main()
