"""What the agent sends for the upper half of each code page, for another maker's encoder to be compared with.

`python -m vectors.code_pages` writes code_pages.json; tests/agent/devices/test_code_pages.py holds it true.
"""

import json
from pathlib import Path

from pos_bridge.agent.devices.profile import CODE_PAGES
from pos_bridge.agent.devices.text import CodePages

PATH = Path(__file__).with_suffix(".json")


def cases() -> list[dict[str, object]]:
	"""Of each page: its `ESC t` number, Python's name, its letters, and the bytes that stand for them."""
	return [_case(page, codec) for page, codec in CODE_PAGES.items()]


def _case(page: int, codec: str) -> dict[str, object]:
	pages = CodePages((page,))
	upper = [bytes((byte,)).decode(codec, "ignore") for byte in range(0x80, 0x100)]
	text = "".join(character for character in upper if character and pages.carries(character))
	sent = b"".join(run.data for run in pages.runs(text, page))
	return {"page": page, "codec": codec, "text": text, "bytes": sent.hex()}


if __name__ == "__main__":
	PATH.write_text(json.dumps({"cases": cases()}, ensure_ascii=False, indent="\t") + "\n", encoding="utf-8")
