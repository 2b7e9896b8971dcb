"""The agent as a systemd unit of the till's user: started with the login, started again whenever it ends.

It needs no rights beyond that user's; the groups for devices are named, not taken.
"""

import sys
from pathlib import Path

from pos_bridge.core.errors import Rejected

UNIT = "pos-bridge-agent.service"
GROUPS = ("dialout", "lp", "input")
"""Serial ports, printers, and scanners that act as a keyboard."""

_TEXT = """[Unit]
Description=POS Bridge agent: printer, drawer, scanner, scale and card terminal of this till
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart={command}
Restart=always
RestartSec=2
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
MemoryMax=512M
TasksMax=256

[Install]
WantedBy=default.target
"""


def unit_text(data_dir: Path, port: int, python: str = sys.executable) -> str:
	"""The unit; a path that systemd would read as something else is `Rejected`."""
	words = (
		python,
		"-m",
		"pos_bridge.agent.cli",
		"agent",
		"run",
		"--data-dir",
		str(data_dir),
		"--port",
		str(port),
	)
	return _TEXT.format(command=" ".join(map(_quoted, words)))


def install(data_dir: Path, port: int, folder: Path | None = None) -> Path:
	"""Write the unit into the user's folder and say where."""
	folder = folder or Path.home() / ".config/systemd/user"
	folder.mkdir(parents=True, exist_ok=True)
	path = folder / UNIT
	path.write_text(unit_text(data_dir.absolute(), port), encoding="utf-8")
	return path


def _quoted(word: str) -> str:
	if any(sign in word for sign in '"\\%$\n'):
		raise Rejected(f"{word!r} can't stand in a systemd unit: choose another --data-dir.")
	return f'"{word}"' if " " in word else word
