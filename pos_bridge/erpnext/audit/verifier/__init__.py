"""The parts of `verify_pos_export.py`, the one file that travels in an export; `one_file` puts them together.

They import nothing of ours but each other, run on Python 3.9, and know no float.
"""

import re
from pathlib import Path

PARTS = ("form", "sums", "tables", "chains", "ledger", "report")
"""In this order: each uses those before it."""

_OURS = re.compile(r"^from (?:pos_bridge|__future__)\S* import (?:\([^)]*\)|[^(\n]*)\n", re.MULTILINE)
_HEAD = '''#!/usr/bin/env python3
"""Verifies an export that POS Bridge made for an auditor:  python3 verify_pos_export.py EXPORT.zip

It needs Python 3.9 or newer and nothing else. It only reads, never computes with floats, and shares no code
with POS Bridge: what sales come to is computed here anew, by the rules of POS Bridge's docs/protocol.md.

Exit status: 0, everything holds; 1, a fault, named with its place; 2, nothing was changed, but the export
itself says that something is missing.
"""

from __future__ import annotations
'''


def one_file() -> str:
	"""The verifier's text."""
	folder = Path(__file__).parent
	parts = [(folder / f"{name}.py").read_text(encoding="utf-8") for name in PARTS]
	return "\n\n".join([_HEAD, *(_without_our_imports(part) for part in parts)]) + "\n"


def _without_our_imports(part: str) -> str:
	return _OURS.sub("", part).strip("\n")
