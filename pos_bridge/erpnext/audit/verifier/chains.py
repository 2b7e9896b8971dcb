"""Whether all is there: chains link by link, receipt numbers without gaps. It never reads figures."""

from __future__ import annotations

from typing import Any

from pos_bridge.erpnext.audit.verifier.form import Fault

Fields = dict[str, Any]
NUMBERED = ("sale", "return", "credit_issue")
ZEROS = "0" * 64
"""`previous` of a chain's first entry."""


class Chains:
	"""Entries are given in the order of their chains; what the export says of each chain has to be so."""

	def __init__(self, told: list[Fields]) -> None:
		self.told = {each["chain"]: each for each in told}
		self.ids: set[str] = set()
		self.hashes: dict[tuple[str, int], str] = {}
		self.continued: list[tuple[str, Fields]] = []
		self.chain, self.sequence, self.hash = "", 0, ""
		self.gaps: list[list[int]] = []

	def add(self, fields: Fields, made: str, where: str) -> None:
		"""The next entry, whose hash is `made`."""
		if fields["id"] in self.ids:
			raise Fault("An entry is there twice", where, fields["id"])
		self.ids.add(fields["id"])
		if fields["chain"] != self.chain:
			self.begin(fields, where)
		sequence = fields["sequence"]
		if sequence > self.sequence + 1:
			self.gaps.append([self.sequence + 1, sequence - 1])
			if self.gaps[-1] not in self.told[self.chain]["gaps"]:
				numbers = f"numbers {self.sequence + 1} to {sequence - 1}"
				raise Fault(
					"A chain has a gap", where, f"{numbers} are missing, which the export does not say"
				)
		elif sequence != self.sequence + 1 or fields["previous"] != self.hash:
			raise Fault(
				"A chain is broken", where, f"number {sequence} does not follow number {self.sequence}"
			)
		self.sequence, self.hash = sequence, made
		self.hashes[self.chain, sequence] = made

	def begin(self, fields: Fields, where: str) -> None:
		self.end()
		chain = fields["chain"]
		told = self.told.get(chain)
		if told is None or (chain, told["first_sequence"]) in self.hashes:
			raise Fault("A chain is not told, or in two places", where, chain)
		if (fields["till"], fields["epoch"]) != (told["till"], told["epoch"]):
			raise Fault("A chain is another till's", where, chain)
		first = fields["sequence"] == 1
		if fields["sequence"] != told["first_sequence"] or (first and told["previous"] != ZEROS):
			raise Fault("A chain does not begin where the export says", where, chain)
		self.chain, self.sequence, self.hash = chain, told["first_sequence"] - 1, told["previous"]
		self.gaps = []
		if first and fields.get("continues"):
			self.continued.append((where, fields["continues"]))

	def end(self) -> None:
		"""The chain that was read ends where the export says, at its head if it says so."""
		if not self.chain:
			return
		told = self.told[self.chain]
		if self.sequence != told["last_sequence"] or self.gaps != told["gaps"]:
			raise Fault(
				"A chain is cut off", f"chain {self.chain}", f"its last entry is number {self.sequence}"
			)
		if self.sequence == told["head_sequence"] and self.hash != told["head_hash"]:
			raise Fault("A chain's head is another one", f"chain {self.chain}", f"its hash is {self.hash}")

	def finish(self) -> None:
		"""All chains are there, and what new chains continue is what their old ones hold."""
		self.end()
		for chain, told in self.told.items():
			if (chain, told["first_sequence"]) not in self.hashes:
				raise Fault("A chain is missing", f"chain {chain}", "no entry of it is there")
		for where, older in self.continued:
			known = self.told.get(older["chain"])
			if not known or not known["first_sequence"] <= older["sequence"] <= known["last_sequence"]:
				continue
			found = self.hashes.get((older["chain"], older["sequence"]), older["hash"])
			if found != older["hash"]:
				raise Fault("A chain continues another history", where, f"the old chain's hash is {found}")


class Receipts:
	"""Receipt numbers by till and epoch: sales, returns and issued credit carry them, a void gives one up."""

	def __init__(self) -> None:
		self.numbers: dict[str, list[int]] = {}

	def add(self, fields: Fields, where: str) -> None:
		number = fields.get("receipt_number", "")
		if fields["kind"] in NUMBERED:
			if not number.startswith(f"{fields['till']}-{fields['epoch']}-"):
				raise Fault("A receipt number is not the till's", where, number)
		elif fields["kind"] == "void":
			number = fields["body"].get("receipt_number", "")
		elif number:
			raise Fault("A receipt number where none belongs", where, number)
		if number:
			prefix, _, counter = number.rpartition("-")
			self.numbers.setdefault(prefix, []).append(int(counter))

	def missing(self) -> list[list[Any]]:
		"""Gaps: till and epoch, first and last missing number."""
		found: list[list[Any]] = []
		for prefix, numbers in sorted(self.numbers.items()):
			ordered = sorted(set(numbers))
			pairs = ((before, after) for before, after in zip(ordered, ordered[1:]) if after > before + 1)
			found += [[prefix, before + 1, after - 1] for before, after in pairs]
		return found

	def doubles(self) -> list[list[Any]]:
		"""Numbers that more than one entry carries."""
		found: list[list[Any]] = []
		for prefix, numbers in sorted(self.numbers.items()):
			ordered = sorted(numbers)
			twice = {one for one, two in zip(ordered, ordered[1:]) if one == two}
			found += [[prefix, number] for number in sorted(twice)]
		return found

	def ranges(self) -> list[list[Any]]:
		"""Till and epoch, first and last number."""
		return [[prefix, min(numbers), max(numbers)] for prefix, numbers in sorted(self.numbers.items())]

	def check(self, manifest: Fields) -> None:
		"""The export says of each missing and each double number that it is so."""
		for name, found in (
			("missing_receipts", self.missing()),
			("double_receipts", self.doubles()),
			("receipt_numbers", self.ranges()),
		):
			if found != manifest[name]:
				raise Fault("Receipt numbers are not as told", f"manifest.json, {name}", f"found {found[:5]}")
