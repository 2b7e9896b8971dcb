"""The export's outside and each entry's text: seal, hashes, canonical form. It never reads figures."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterator
from typing import Any, NoReturn

SEAL = 64
"""The file's last bytes: the SHA-256, in hex, of all bytes before them (they are the ZIP's comment)."""
FORMAT = "pos-bridge-audit-export"
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Fields = dict[str, Any]


class Fault(Exception):
	"""What is wrong, and where."""

	def __init__(self, kind: str, where: str, what: str) -> None:
		super().__init__(f"{kind}\n  where: {where}\n  what:  {what}")


def check_seal(path: str) -> None:
	digest, left = hashlib.sha256(), os.path.getsize(path) - SEAL
	with open(path, "rb") as file:
		while left > 0:
			piece = file.read(min(left, 1 << 20))
			digest.update(piece)
			left -= len(piece)
		told = file.read()
	if told != digest.hexdigest().encode():
		raise Fault("The file was changed", path, "its last 64 bytes are not the SHA-256 of all before them")


def check_manifest(archive: zipfile.ZipFile) -> Fields:
	manifest: Fields = read_json(archive.read("manifest.json").decode(), "manifest.json")
	if manifest.get("format") != FORMAT or manifest.get("version") != 1:
		raise Fault("Not an export of a known version", "manifest.json", str(manifest.get("version")))
	there = sorted(archive.namelist())
	if there != sorted([*manifest["files"], "manifest.json"]):
		raise Fault("Files are missing or added", "manifest.json", f"in the ZIP are {', '.join(there)}")
	for name, told in manifest["files"].items():
		digest, size = hashlib.sha256(), 0
		with archive.open(name) as file:
			while piece := file.read(1 << 20):
				digest.update(piece)
				size += len(piece)
		if (digest.hexdigest(), size) != (told["sha256"], told["bytes"]):
			raise Fault("A file was changed", name, "its SHA-256 is not the one in manifest.json")
	return manifest


def read_json(text: str, where: str) -> Any:
	def refuse(number: str) -> NoReturn:
		raise Fault("A number with a fraction", where, f"{number} is no whole number")

	try:
		return json.loads(text, parse_float=refuse, parse_constant=refuse)
	except (ValueError, RecursionError) as error:
		raise Fault("Not JSON", where, str(error)) from error


def lines_of(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, Fields]]:
	with archive.open(name) as file:
		for number, line in enumerate(file, start=1):
			where = f"{name}, line {number}"
			yield where, read_json(line.decode(), where)


def canonical(value: Any) -> Any:
	"""RFC 8785 sorts names by UTF-16 code units."""
	if isinstance(value, dict):
		names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
		return {name: canonical(value[name]) for name in names}
	return [canonical(each) for each in value] if isinstance(value, list) else value


def open_entry(row: Fields, where: str) -> Fields:
	"""The entry's fields, its text and hash verified."""
	text = row["text"]
	fields: Fields = read_json(text, where)
	if "null" in text and None in fields.values():
		raise Fault("An entry is not in canonical form", where, "it has a null")
	if json.dumps(canonical(fields), ensure_ascii=False, separators=(",", ":")) != text:
		raise Fault("An entry is not in canonical form", where, "its text is not what RFC 8785 makes of it")
	if not UUID.fullmatch(fields["id"]) or not re.fullmatch("[0-9a-f]{64}", fields["previous"]):
		raise Fault("An entry is not in its form", where, "id or previous hash")
	made = hashlib.sha256(bytes.fromhex(fields["previous"]) + text.encode()).hexdigest()
	if made != row["hash"]:
		raise Fault("An entry was changed", where, f"its hash is {made}, told is {row['hash']}")
	return fields


def digest_of(row: Fields) -> str:
	"""SHA-256 of the bytes that were put aside."""
	raw: str = row["raw"]
	return hashlib.sha256(base64.b64decode(raw) if row["encoding"] == "base64" else raw.encode()).hexdigest()
