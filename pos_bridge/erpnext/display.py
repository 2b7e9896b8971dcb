"""The logo of a customer's screen, as tills get it: in the snapshot, so that it is there offline.

It never sends anything but a small picture, whatever file somebody attached.
"""

import base64
from typing import Any

import frappe
from frappe import _

MAX_LOGO_BYTES = 100 * 1024
KEPT_SECONDS = 24 * 3600
_TYPES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}


def logo(url: str) -> str:
	"""A data URL of the attached file; empty if there is none, or none that a till may show."""
	found = url and frappe.db.get_value("File", {"file_url": url}, ["name", "modified"])
	if not found:
		return ""
	# Tills ask for their settings all day; what a File holds stays until it is modified.
	key = f"pos_bridge_logo:{found[0]}:{found[1]}"
	kept = frappe.cache.get_value(key)
	if kept is None:
		kept = _data_url(_content(url))
		frappe.cache.set_value(key, kept, expires_in_sec=KEPT_SECONDS)
	return str(kept)


def _data_url(content: bytes) -> str:
	kind = kind_of(content)
	if not kind or len(content) > MAX_LOGO_BYTES:
		return ""
	return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def kind_of(content: bytes) -> str:
	"""`png`, `jpeg` or `webp` by its first bytes; empty for all else, an SVG with a script in it too."""
	if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
		return "webp"
	return next((kind for first, kind in _TYPES.items() if content.startswith(first)), "")


def why_not(url: str) -> str:
	"""Why an attached file is no logo, in words; empty if it is one."""
	content = _content(url)
	if not kind_of(content):
		return str(_("The logo is no PNG, JPEG or WebP picture."))
	if len(content) > MAX_LOGO_BYTES:
		return str(_("The logo is larger than {0} kB: save it smaller.").format(MAX_LOGO_BYTES // 1024))
	return ""


def _content(url: str) -> bytes:
	name = frappe.db.get_value("File", {"file_url": url})
	if not name:
		return b""
	found: Any = frappe.get_doc("File", name)
	try:
		content = found.get_content()
	except OSError:
		# The file is gone from the disk: a till shows the shop's name.
		return b""
	# Frappe reads what is text as text: that is no picture.
	return content if isinstance(content, bytes) else b""
