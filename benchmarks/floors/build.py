"""Builds the floors' pages into a folder and serves them from a bare server, beside the data they need."""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.processes import answering, free_port
from pos_bridge.core.catalogue import Item

FRONTEND = Path(__file__).parents[2] / "frontend"
CONFIG = Path(__file__).with_name("vite.config.mjs")
BUILD_SECONDS = 120


def build_floors(folder: Path) -> None:
	"""The pages of this folder, built by the till's own vite."""
	vite = ("node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "error")
	subprocess.run(
		(*vite, "--config", str(CONFIG), "--outDir", str(folder)),
		cwd=FRONTEND,
		check=True,
		timeout=BUILD_SECONDS,
		stdout=sys.stderr,
	)


def write_items(folder: Path, items: Sequence[Item]) -> None:
	columns = {
		"names": [item.name for item in items],
		"codes": [[item.item, *item.gtins] for item in items],
		"price_minor": [item.price_minor for item in items],
	}
	(folder / "items.json").write_text(json.dumps(columns, ensure_ascii=False), encoding="utf-8")


def bare_server(
	*options: str,
) -> "AbstractContextManager[tuple[str, subprocess.Popen[bytes]]]":
	"""The bare server in a process of its own: where it answers, and the process."""
	port = free_port()
	return answering((sys.executable, "-m", "benchmarks.floors.bare_server", str(port), *options), port)
