"""What STYLE says and a machine can hold: sizes, words, imports and types of the core."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HARD_LIMITS = {".py": 400, ".ts": 400, ".vue": 350, ".css": 400, ".js": 400}
MAX_FUNCTION_LINES = 50
MAX_FILES_IN_FOLDER = 15
ARCHITECTURE_LINES = 150

# Names of things that hide what they do, and words that the glossary gives to something else.
BANNED_IN_NAMES = re.compile(
	r"(manager|helper|util|handler_base|transaction|outbox)s?(\.|_|$)", re.IGNORECASE
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|HACK)\b|\bXXX:|NotImplementedError")


def tracked(*suffixes):
	"""Files that git tracks or would track, so that build output and caches stay out."""
	command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
	listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
	paths = [ROOT / name for name in listed if name.endswith(suffixes)]
	return [path for path in paths if path.is_file()]


SOURCES = tracked(*HARD_LIMITS)
PYTHON = [path for path in SOURCES if path.suffix == ".py"]
CORE = [path for path in PYTHON if path.is_relative_to(ROOT / "pos_bridge/core")]


def name_of(path):
	return str(path.relative_to(ROOT))


def test_the_rules_below_see_the_sources():
	assert len(CORE) > 8
	assert any(path.suffix == ".vue" for path in SOURCES)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_stays_within_its_length(path):
	lines = path.read_text(encoding="utf-8").count("\n")
	assert lines <= HARD_LIMITS[path.suffix], f"{lines} lines: split it where it has two subjects"


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_a_function_stays_within_its_length(path):
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
			length = (node.end_lineno or 0) - node.lineno + 1
			assert length <= MAX_FUNCTION_LINES, f"{node.name} has {length} lines"


@pytest.mark.parametrize(
	"path", [path for path in PYTHON if path.is_relative_to(ROOT / "pos_bridge")], ids=name_of
)
def test_a_module_opens_with_what_it_does_and_what_it_never_does(path):
	docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
	assert docstring or not path.read_text(encoding="utf-8").strip()


def test_no_folder_has_too_many_files():
	folders = {}
	for path in SOURCES:
		folders.setdefault(path.parent, []).append(path.name)
	crowded = {
		name_of(folder): len(files) for folder, files in folders.items() if len(files) > MAX_FILES_IN_FOLDER
	}
	assert not crowded


def test_no_file_has_a_name_that_says_nothing():
	assert not [name_of(path) for path in SOURCES if BANNED_IN_NAMES.search(path.name)]


@pytest.mark.parametrize("path", [path for path in SOURCES if path != Path(__file__)], ids=name_of)
def test_nothing_is_left_for_later_in_a_comment(path):
	assert not UNFINISHED.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_core_imports_the_standard_library_and_itself_only(path):
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
		names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
		for name in names:
			room = name.split(".")[0]
			assert name.startswith("pos_bridge.core") or room in sys.stdlib_module_names, name


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_core_knows_no_float_clock_or_chance(path):
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), "a float"
		assert not (isinstance(node, ast.Name) and node.id == "float"), "float"
		assert not (isinstance(node, ast.Div)), "true division makes a float"
		if isinstance(node, ast.Import | ast.ImportFrom):
			imported = {alias.name for alias in node.names} | {getattr(node, "module", "")}
			assert not imported & {"time", "datetime", "random", "secrets", "os"}


def test_a_broad_except_says_why():
	for path in PYTHON:
		for line in path.read_text(encoding="utf-8").splitlines():
			if re.search(r"except (Base)?Exception\b", line):
				_, _, reason = line.partition("BLE001 -")
				assert reason.strip(), f"{name_of(path)}: {line.strip()}"


def test_the_architecture_fits_on_a_few_screens():
	assert (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").count("\n") <= ARCHITECTURE_LINES


def test_every_test_that_a_document_names_is_there():
	for path in tracked(".md"):
		for name in re.findall(
			r"`((?:tests|benchmarks|pos_bridge)/[\w/]+\.py)`", path.read_text(encoding="utf-8")
		):
			assert (ROOT / name).exists(), f"{name_of(path)} names {name}"


def test_every_link_in_the_documents_leads_somewhere():
	for path in tracked(".md"):
		for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
			assert (path.parent / target).exists(), f"{name_of(path)} links to {target}"
