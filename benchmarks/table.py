"""Puts a run into docs/performance.md: `python -m benchmarks > run`, then `python -m benchmarks.table < run`.

It replaces the table between its two marks and nothing else.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figure import GOALS

DOCUMENT = Path(__file__).parents[1] / "docs/performance.md"
BEGIN = "<!-- figures: written by benchmarks/table.py -->\n"
END = "<!-- end of figures -->"
TITLES = ("figure", "measured", "goal", "met", "floor", "÷ floor", "n", "lowest to highest")
HEAD = f"| {' | '.join(TITLES)} |\n{'|---' * len(TITLES)}|\n"


def row(fields: Mapping[str, Any]) -> str:
	"""One figure as a line of the table."""
	sign = "≥" if GOALS[fields["name"]].at_least else "≤"
	low, high = fields["spread"]
	cells = (
		f"`{fields['name']}`",
		f"**{fields['value']:,} {fields['unit']}**",
		f"{sign} {fields['goal']:,}",
		"yes" if fields["met"] else "**no**",
		f"{fields['floor']:,}",
		f"{fields['ratio']:,}",
		f"{fields['n']:,}",
		f"{low:,} to {high:,}",
	)
	return f"| {' | '.join(cells)} |\n"


def how(fields: Mapping[str, Any]) -> str:
	return f"- `{fields['name']}`: {fields['how']}\n"


def main() -> int:
	figures = [json.loads(line) for line in sys.stdin if line.strip()]
	if missing := set(GOALS) - {fields["name"] for fields in figures if "value" in fields}:
		print(f"Not a whole run: {', '.join(sorted(missing))} missing. Nothing was written.", file=sys.stderr)
		return 1
	before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
	_, _, after = rest.partition(END)
	table = HEAD + "".join(map(row, figures)) + "\n### What is timed\n\n" + "".join(map(how, figures))
	DOCUMENT.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")
	return 0


if __name__ == "__main__":
	sys.exit(main())
