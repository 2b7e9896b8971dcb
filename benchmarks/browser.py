"""A real Chromium under Playwright, started the way a till starts it."""

import shutil
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The distribution's Chromium, or None."""

ARGUMENTS = (
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
)
"""Root needs no-sandbox; the rest keeps the browser from calling home, which also makes it quieter."""


def open_chromium(
	playwright: Playwright, profile: Path, width: int = 1280, height: int = 800
) -> BrowserContext:
	"""A headless browser whose profile, and with it the till's daybook, stays in `profile`."""
	return playwright.chromium.launch_persistent_context(
		str(profile),
		executable_path=CHROMIUM,
		headless=True,
		args=list(ARGUMENTS),
		viewport={"width": width, "height": height},
	)
