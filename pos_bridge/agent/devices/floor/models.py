"""The printer models that are known, as data: chosen on the page at /devices and changed there by points.

Widths and code pages are from the vendors' manuals; nothing is guessed from a printer's name.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, get_args, get_type_hints

from pos_bridge.agent.devices.profile import CODE_PAGES, GENERIC_58MM, GENERIC_80MM, PrinterProfile
from pos_bridge.core.errors import Malformed
from pos_bridge.core.receipt import MAX_COLUMNS, MIN_COLUMNS

_EPSON_PAGES = (16, 19, 18, 17, 0, 2, 3, 4, 5, 13, 14, 15, 33, 34, 45, 46, 47, 48, 51, 52)
MIN_DOTS, MAX_DOTS = 192, 1_024
MAX_FEED = 12


@dataclass(frozen=True, slots=True)
class Model:
	"""A model in the list: its name there, and the profile that it begins with."""

	label: str
	profile: PrinterProfile


def _model(label: str, base: PrinterProfile, name: str, **changes: Any) -> Model:  # noqa: ANN401 - by field
	return Model(label, replace(base, name=name, **changes))


_EPSON = replace(GENERIC_80MM, columns=48, dots=576, code_pages=_EPSON_PAGES, proof="process_id")

_ALL = (
	Model("Any ESC/POS printer, 80 mm", GENERIC_80MM),
	Model("Any ESC/POS printer, 58 mm", GENERIC_58MM),
	_model("Any ESC/POS printer, 80 mm, 48 columns", GENERIC_80MM, "generic-80mm-48", columns=48, dots=576),
	_model(
		"Print server or printer that never answers",
		GENERIC_80MM,
		"silent-80mm",
		proof="none",
		drawer_sensor="none",
	),
	_model("Epson TM-T20II, TM-T20III, TM-T82", _EPSON, "epson-tm-t20"),
	_model("Epson TM-T88IV to TM-T88VII", _EPSON, "epson-tm-t88", columns=42, dots=512),
	_model("Epson TM-m30, TM-m30II, TM-m30III", _EPSON, "epson-tm-m30"),
	_model(
		"Epson TM-U220 (needle, 76 mm)",
		GENERIC_80MM,
		"epson-tm-u220",
		**{"columns": 33, "dots": 400, "raster": False, "cut": "partial", "code_pages": (0, 16, 19)},
	),
	_model(
		"Xprinter XP-80, Rongta RP326 and alike",
		GENERIC_80MM,
		"xprinter-80",
		columns=48,
		dots=576,
		buzzer=True,
	),
	_model("Xprinter XP-58 and alike", GENERIC_58MM, "xprinter-58"),
	_model(
		"Zebra and alike (ZPL), labels 56 mm",
		GENERIC_58MM,
		"zpl-label",
		**{"language": "zpl", "dots": 448, "proof": "none", "drawer_sensor": "none"},
	),
)
MODELS: Mapping[str, Model] = {model.profile.name: model for model in _ALL}
"""By the name of their profile."""

DEFAULT_MODEL = GENERIC_80MM.name


def profile_of(model: str, changes: Mapping[str, Any]) -> PrinterProfile:
	"""A model with what a shop has changed. `Malformed` says which point makes no sense."""
	if model not in MODELS:
		raise Malformed(f"The printer model {model!r} is not known here; there are: {', '.join(MODELS)}.")
	changed = dict(changes)
	if isinstance(changed.get("code_pages"), list):
		changed["code_pages"] = tuple(changed["code_pages"])
	profile = MODELS[model].profile
	for name, value in changed.items():
		_check(name, value, getattr(profile, name, None))
	return replace(profile, **changed)


def _check(name: str, value: object, now: object) -> None:
	if name == "name" or name not in {field.name for field in fields(PrinterProfile)}:
		raise Malformed(f"A printer has no point {name!r} that can be set.")
	if name in _RANGES:
		low, high = _RANGES[name]
		right = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
		wanted = f"a number from {low} to {high}"
	elif name == "code_pages":
		right = isinstance(value, tuple) and bool(value) and all(_is_page(each) for each in value)
		wanted = f"one or more of {', '.join(map(str, CODE_PAGES))}"
	elif isinstance(now, bool):
		right, wanted = isinstance(value, bool), "yes or no"
	else:
		choices = choices_of(name)
		right, wanted = value in choices and not isinstance(value, bool), f"one of {choices}"
	if not right:
		raise Malformed(f"{name} is {value!r}; it has to be {wanted}.")


def _is_page(value: object) -> bool:
	return isinstance(value, int) and not isinstance(value, bool) and value in CODE_PAGES


def choices_of(name: str) -> tuple[Any, ...]:
	"""The values that a point of a profile may have."""
	return get_args(get_type_hints(PrinterProfile)[name])


_RANGES: Mapping[str, tuple[int, int]] = {
	"columns": (MIN_COLUMNS, MAX_COLUMNS),
	"dots": (MIN_DOTS, MAX_DOTS),
	"feed_before_cut": (0, MAX_FEED),
}


def models_to_body() -> list[dict[str, Any]]:
	"""The list for a form: each model with all of its points."""
	return [{"label": model.label, **asdict(model.profile)} for model in MODELS.values()]
