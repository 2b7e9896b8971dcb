"""Everything that the desk says of ours exists in German. Reads the sources; needs no site."""

import ast
import csv
import json
import re
from pathlib import Path

import pytest

APP = Path(__file__).parents[3] / "pos_bridge"
MODULE = APP / "pos_bridge"
GERMAN = APP / "translations/de.csv"
IN_SCRIPTS = re.compile(r'__\(\s*"((?:[^"\\]|\\.)*)"(?:,\s*null,\s*"([^"]+)")?')
NOT_FOR_THE_DESK = ("agent", "core", "public")


def sources(suffix):
	return [
		path
		for path in APP.rglob(f"*{suffix}")
		if path.relative_to(APP).parts[0] not in NOT_FOR_THE_DESK and "__pycache__" not in path.parts
	]


def said_in_python(path):
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
			yield ast.literal_eval(node.args[0]), ""


def said_in_a_script(path):
	for text, context in IN_SCRIPTS.findall(path.read_text(encoding="utf-8")):
		yield json.loads(f'"{text}"'), context


def said_in_a_document(path):
	document = json.loads(path.read_text(encoding="utf-8"))
	yield document.get("title") or document["name"], ""
	if document["doctype"] == "DocType":
		yield document.get("description"), document["name"]
		yield from said_in_fields(document)
	if document["doctype"] == "Workspace":
		for row in (*document["links"], *document["shortcuts"]):
			yield row["label"], ""
			yield row.get("format"), ""
		for block in json.loads(document["content"]):
			yield block["data"].get("text"), ""


def said_in_fields(doctype):
	for field in doctype["fields"]:
		yield field.get("label"), doctype["name"]
		yield field.get("description"), doctype["name"]
		if field["fieldtype"] == "Select":
			yield from ((option, doctype["name"]) for option in field["options"].split("\n"))
		if field["fieldtype"] == "HTML":
			yield field["options"], doctype["name"]


def said_in_a_fixture(path):
	for row in json.loads(path.read_text(encoding="utf-8")):
		for key in ("label", "description", "role_name"):
			yield row.get(key), row.get("dt", "")


READERS = (
	*((path, said_in_python) for path in sources(".py")),
	*((path, said_in_a_script) for path in sources(".js")),
	*((path, said_in_a_document) for path in MODULE.rglob("*.json")),
	*((path, said_in_a_fixture) for path in (APP / "fixtures").glob("*.json")),
)


@pytest.fixture(scope="module")
def german():
	"""Source and context to translation; rows without a context hold everywhere."""
	with GERMAN.open(encoding="utf-8", newline="") as file:
		rows = list(csv.reader(file))
	return {(row[0], row[2] if len(row) > 2 else ""): row[1] for row in rows}


def test_every_word_of_the_desk_has_a_german_row(german):
	missing = {
		(str(path.relative_to(APP)), text)
		for path, read in READERS
		for text, context in read(path)
		if text not in (None, "", "{}") and not (german.get((text, context)) or german.get((text, "")))
	}
	assert not missing


def test_no_german_row_is_left_over(german):
	said = {text for path, read in READERS for text, _ in read(path)}
	assert not {text for text, _ in german if text not in said}


def test_a_translation_takes_the_same_values_as_its_source(german):
	for (source, _), translation in german.items():
		assert sorted(re.findall(r"\{\d*\}", source)) == sorted(re.findall(r"\{\d*\}", translation)), source
