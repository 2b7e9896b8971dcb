"""The auditor's program: whole exports hold, and whatever was changed in one is found and named."""

import ast
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from audit.exports import again, bodies_of, chained, export
from carts import sales_and_returns
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.core.entry import GENESIS, chain_hash, open_wire
from pos_bridge.erpnext.audit.verifier import PARTS, one_file
from pos_bridge.erpnext.audit.verifier.form import Fault
from pos_bridge.erpnext.audit.verifier.report import told_of, verify
from pos_bridge.erpnext.audit.verifier.sums import Sums

VECTORS = Path(__file__).parents[2] / "vectors"
FLIPS = 400


@pytest.fixture(scope="module")
def wires():
	pairs = st.lists(sales_and_returns(), min_size=4, max_size=4)
	found = []

	@settings(max_examples=3, database=None, derandomize=True)
	@given(pairs)
	def draw(drawn):
		found.append(drawn)

	draw()
	return chained(bodies_of(found[-1]))


@pytest.fixture(scope="module")
def whole(wires, tmp_path_factory):
	return export(wires, tmp_path_factory.mktemp("export") / "export.zip")


def run_alone(path, folder):
	"""The verifier out of the ZIP, in an interpreter that sees nothing of ours."""
	with zipfile.ZipFile(path) as archive:
		program = Path(archive.extract("verify_pos_export.py", folder))
	command = [sys.executable, "-I", "-S", str(program), str(path)]
	return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_the_verifier_in_the_export_says_that_everything_holds_without_anything_of_ours(whole, tmp_path):
	done = run_alone(whole, tmp_path)
	assert (done.returncode, done.stderr) == (0, "")
	assert "12 entries in 1 chains: 12 posted." in done.stdout
	assert "General ledger: 8 entries equal it in net, every tax and money." in done.stdout
	assert done.stdout.endswith("Everything holds.\n")


def test_it_is_one_file_for_python_3_9_with_the_standard_library_alone_and_no_float():
	tree = ast.parse(one_file(), feature_version=(3, 9))
	rooms = set()
	for node in ast.walk(tree):
		rooms |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
		rooms |= {node.module} if isinstance(node, ast.ImportFrom) else set()
		assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
		assert not (isinstance(node, ast.Name) and node.id == "float")
	assert {room.split(".")[0] for room in rooms} <= sys.stdlib_module_names
	assert all(f"class {name}" in one_file() for name in ("Sums", "Chains", "Ledger", "Verification"))
	assert len(PARTS) == 6


@settings(max_examples=60)
@given(sales_and_returns())
def test_it_computes_every_sale_and_return_as_the_tills_do(pair):
	assert [Sums(body).faults() for kind, body in bodies_of([pair]) if kind != "no_sale"] == [[], []]


def test_it_computes_what_a_real_erpnext_computed_with_every_charge_and_discount():
	asked = json.loads((VECTORS / "erpnext.json").read_text(encoding="utf-8"))
	wrong = []
	cases = [case for case in asked["cases"] if "expected" in case]
	for case in cases:
		body = recorded(case["draft"], case["expected"])
		wrong += [(case["why"], fault) for fault in Sums(body).faults()]
	assert len(cases) > 100
	assert not wrong


def recorded(cart, totals):
	"""A cart with what it came to, as a body has it."""
	body = json.loads(json.dumps(cart)) | {name: totals[name] for name in totals if name.endswith("_minor")}
	for line, amounts in zip(body["lines"], totals["lines"], strict=True):
		line |= amounts
	body["taxes"] = totals["taxes"]
	if "discount" in body:
		body["discount"]["amount_minor"] = totals["discount_minor"]
	if "total_rounding" in body:
		body["total_rounding"]["adjustment_minor"] = totals["rounding_adjustment_minor"]
	return body


def test_one_flipped_byte_is_found_wherever_it_is(whole, tmp_path):
	good, chance = whole.read_bytes(), random.Random(6)
	places = [0, len(good) - 1, len(good) - 65, *(chance.randrange(len(good)) for _ in range(FLIPS))]
	flipped = tmp_path / "flipped.zip"
	for place in places:
		bad = bytearray(good)
		bad[place] ^= 1 << chance.randrange(8)
		flipped.write_bytes(bad)
		with pytest.raises(Fault):
			verify(str(flipped))


def test_a_cut_or_empty_file_is_no_export(whole, tmp_path):
	for size in (0, 10, 64, 100, whole.stat().st_size - 1):
		(tmp_path / "cut.zip").write_bytes(whole.read_bytes()[:size])
		with pytest.raises(Fault):
			verify(str(tmp_path / "cut.zip"))


def without_line(number):
	return lambda text: "".join(line for at, line in enumerate(text.splitlines(True), 1) if at != number)


def instead(old, new):
	def change(text):
		assert old in text
		return text.replace(old, new, 1)

	return change


def resealed(text):
	"""An entry's total raised with its hash made anew: the next one's previous hash tells on it."""
	lines = text.splitlines(True)
	row = json.loads(lines[0])
	row["text"] = row["text"].replace('"total_minor":', '"total_minor":1')
	row["hash"] = chain_hash(GENESIS, row["text"])
	return json.dumps(row) + "\n" + "".join(lines[1:])


@pytest.mark.parametrize(
	("file", "change", "kind"),
	[
		(
			"entries.jsonl",
			instead('\\"cashier\\":\\"Ada\\"', '\\"cashier\\":\\"Eve\\"'),
			"An entry was changed",
		),
		("entries.jsonl", instead('\\"epoch\\":1,', '\\"epoch\\": 1,'), "not in canonical form"),
		("entries.jsonl", resealed, "Figures are not what the lines come to"),
		("entries.jsonl", without_line(3), "A chain has a gap"),
		("entries.jsonl", without_line(12), "A chain is cut off"),
		("entries.jsonl", lambda text: text + text.splitlines(True)[-1], "An entry is there twice"),
		("chains.jsonl", instead('"epoch":1', '"epoch":2'), "Chains are told in two ways"),
		("postings.jsonl", without_line(1), "A posted entry has no document"),
		("documents.jsonl", without_line(2), "A document is missing"),
		("gl_entries.jsonl", without_line(1), "Debits and credits are not equal"),
		("gl_entries.jsonl", instead('"account":"Sales"', '"account":"Rent"'), "The ledger differs"),
		("gl_entries.jsonl", instead('"account":"Card', '"account":"Gone'), "The ledger differs"),
		("sales_lines.csv", instead(",TEA,", ",TEA2,"), "A table differs from the entries"),
		("totals.csv", instead("2026-11-22", "2026-11-21"), "A table differs from the entries"),
		("tenders.csv", lambda text: text + text.splitlines(True)[-1], "A table differs from the entries"),
		("manifest.json", instead('"T1-1",\n', '"T1-2",\n'), "Receipt numbers are not as told"),
		("manifest.json", instead('"posted": 12', '"posted": 11'), "Other counts than told"),
	],
)
def test_a_forger_who_makes_all_hashes_anew_is_found_too(whole, tmp_path, file, change, kind):
	forged = again(whole, file, change, tmp_path / "forged.zip")
	with pytest.raises(Fault, match=kind):
		verify(str(forged))
	done = run_alone(forged, tmp_path)
	assert done.returncode == 1
	assert done.stdout.startswith("FAULT: ")
	assert "where:" in done.stdout


def test_a_gap_that_the_export_tells_is_no_fault_but_is_said_and_gives_status_2(wires, tmp_path):
	gone = [wire for wire in wires if open_wire(wire).sequence != 4]  # a sale with its number
	path = export(gone, tmp_path / "gap.zip")
	done = run_alone(path, tmp_path)
	assert done.returncode == 2, done.stdout
	assert "numbers 4 to 4" in done.stdout
	assert "MISSING: receipt numbers T1-1-000003 to 000003" in done.stdout


def test_an_entry_that_is_held_for_its_figures_is_named_and_no_fault(wires, tmp_path):
	bodies = [(entry.kind, dict(entry.body)) for entry in map(open_wire, wires)]
	bodies[-1][1]["total_minor"] -= 1
	path = export(chained(bodies), tmp_path / "held.zip", {12: "held"})
	lines = list(told_of(verify(str(path))))
	assert any("not booked, its figures are wrong: entries.jsonl, line 12" in line for line in lines)


def test_a_name_that_looks_like_a_formula_is_a_text_in_the_tables():
	from pos_bridge.erpnext.audit.verifier.tables import plain

	assert [plain(text) for text in ("=1+1", "@x", "-2", "Tea")] == ["'=1+1", "'@x", "'-2", "Tea"]
