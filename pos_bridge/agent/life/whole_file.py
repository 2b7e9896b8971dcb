"""A small file that is replaced whole: a crash leaves the old one or the new one, never half of one.

It never reads one, and never makes one that another user of the machine could read.
"""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
	"""On disk when it returns; raises `OSError` if the disk refuses."""
	beside = path.with_name(f"{path.name}.new")
	with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
		file.write(data)
		file.flush()
		os.fsync(file.fileno())
	beside.replace(path)
