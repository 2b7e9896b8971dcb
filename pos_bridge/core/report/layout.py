"""A shift's report in words: sections of rows, and the same as a document for a till's printer.

It never adds anything up, and never looks a locale up; amounts look as on the shop's receipts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pos_bridge.core.money import format_minor
from pos_bridge.core.receipt import Element, Mark, ReceiptDocument, ReceiptHeader, Row, Text
from pos_bridge.core.report.figures import ShiftReport, TaxFigures, TenderFigures, Turnover

REPORT_LABELS: Mapping[str, str] = {
	"x": "X REPORT",
	"z": "Z REPORT",
	"number": "Number",
	"till": "Till",
	"day": "Business date",
	"opened": "Opened",
	"not_opened": "not arrived, float unknown",
	"closed": "Closed",
	"amended": "Amended",
	"note": "Note",
	"turnover": "Turnover",
	"sales": "Sales",
	"returns": "Returns",
	"together": "Together",
	"count": "Number of",
	"net": "Net",
	"tax": "Tax",
	"gross": "Gross",
	"round_off": "Round off",
	"adjustment": "Rounding",
	"total": "Total",
	"taxes": "Taxes",
	"untaxed": "Without tax",
	"tenders": "Tenders",
	"float": "Float",
	"received": "Received",
	"change": "Change",
	"refunded": "Refunded",
	"in": "Put in",
	"out": "Taken out",
	"expected": "Expected",
	"counted": "Counted",
	"difference": "Difference",
	"pieces": "Pieces",
	"amount": "Amount",
	"owed": "Not in the drawer",
	"gift_card": "Gift card",
	"store_credit": "Store credit",
	"points": "Points",
	"on_account": "On account",
	"exchange": "Exchange",
	"issued": "Issued",
	"movements": "Cash movements",
	"cash_in": "Cash in",
	"cash_out": "Cash out",
	"safe": "safe",
	"deposit": "bank deposit",
	"petty_cash": "petty cash",
	"other": "other",
	"groups": "Item groups",
	"no_group": "Without group",
	"lines": "Lines",
	"cashiers": "Cashiers",
	"nobody": "Nobody signed in",
	"discounts": "Discounts",
	"line": "By hand",
	"rule": "Promotion",
	"ticket": "Whole ticket",
	"happened": "What else happened",
	"tips": "Tips",
	"write_offs": "Written off",
	"with_receipt": "Returns with receipt",
	"without_receipt": "Returns without receipt",
	"voids": "Voids",
	"no_sales": "Drawer opened without sale",
	"reprints": "Reprints",
	"approvals": "Approvals",
	"training": "Training",
	"clock": "Clock notes",
	"late": "Arrived after closing",
	"unread": "NOT INCLUDED, unreadable",
	"numbers": "Receipt numbers",
	"first": "First",
	"last": "Last",
	"missing": "Missing",
	"chains": "Daybook",
	"hash": "Hash",
	"signature": "Signature",
}
"""The words of a report in English; whoever shows it passes his own language's."""


@dataclass(frozen=True, slots=True)
class Section:
	"""A table: the first cell of a row names it, the others stand under `heads`; "" says nothing."""

	title: str
	heads: tuple[str, ...]
	rows: tuple[tuple[str, ...], ...]


class _Writer:
	"""A report with the words and the separators it is written in."""

	def __init__(self, report: ShiftReport, header: ReceiptHeader, labels: Mapping[str, str]) -> None:
		self.report, self.header, self.labels = report, header, labels

	def amount(self, minor: int) -> str:
		return format_minor(minor, self.report.currency_precision, self.header.point, self.header.group)

	def some(self, minor: int) -> str:
		"""The amount, or nothing if it is zero."""
		return self.amount(minor) if minor else ""

	def section(self, title: str, heads: str, rows: Sequence[tuple[str, ...]]) -> list[Section]:
		"""Nothing without rows; `title` and `heads` are labels."""
		named = tuple(self.labels[head] for head in heads.split())
		return [Section(self.labels.get(title, title), named, tuple(rows))] if rows else []


def report_sections(
	report: ShiftReport, header: ReceiptHeader, labels: Mapping[str, str] = REPORT_LABELS
) -> tuple[Section, ...]:
	"""The report as tables, for paper and screen; sections that say nothing are left out."""
	write = _Writer(report, header, labels)
	return (
		*_turnover(write),
		*_taxes(write),
		*_tenders(write),
		*_owed(write),
		*_movements(write),
		*_goods_and_people(write),
		*_happened(write),
		*_order(write),
	)


def document_of_report(
	report: ShiftReport, header: ReceiptHeader, labels: Mapping[str, str] = REPORT_LABELS
) -> ReceiptDocument:
	"""The report for a till's printer."""
	title = labels["z" if report.closed_at else "x"]
	elements: list[Element] = [
		Text(header.shop, "center", bold=True),
		Text(title, "center", bold=True, large=True),
		Mark("space"),
		*(Row(left, right) for left, right in report_head(report, labels)),
	]
	for section in report_sections(report, header, labels):
		elements += [Mark("rule"), Text(section.title, bold=True), *_printed(section, header.columns)]
	if report.closed_at:
		elements += [Mark("space"), Text(labels["signature"]), Mark("space"), Mark("rule")]
	return ReceiptDocument(header.columns, (*elements, Mark("cut")))


def report_head(report: ShiftReport, labels: Mapping[str, str] = REPORT_LABELS) -> list[tuple[str, str]]:
	"""What stands above the sections, as label and value."""
	opened, closed = (at[:16].replace("T", " ") for at in (report.opened_at, report.closed_at))
	begun = f"{opened} {report.opened_by}".strip() or labels["not_opened"]
	rows = [
		("number", str(report.number or "")),
		("till", report.till),
		("day", report.business_date),
		("opened", begun),
		("closed", f"{closed} {report.closed_by}".strip()),
		("amended", str(report.amended or "")),
		("note", report.note),
	]
	return [(labels[name], value) for name, value in rows if value]


def _printed(section: Section, columns: int) -> list[Element]:
	"""One figure stands beside its name; several, or one that is too long, below it."""
	elements: list[Element] = []
	for name, *cells in section.rows:
		if len(cells) == 1 and len(name) + len(cells[0]) < columns:
			elements.append(Row(name, cells[0]))
			continue
		elements.append(Text(name))
		for head, cell in zip(section.heads, cells, strict=True):
			if cell and len(head) + len(cell) + 3 > columns:
				elements += [Text(f"  {head}"), Text(f"  {cell}")]
			elif cell:
				elements.append(Row(f"  {head}", cell))
	return elements


def _turnover(write: _Writer) -> list[Section]:
	sales, returns = write.report.sales, write.report.returns
	names = ("count", "net_minor", "tax_minor", "round_off_minor", "adjustment_minor", "total_minor")
	both = Turnover(*(getattr(sales, name) + getattr(returns, name) for name in names))
	rows = [("sales", sales), ("returns", returns), ("together", both)]
	return write.section(
		"turnover", "count net tax round_off adjustment total", [_turned(write, *row) for row in rows]
	)


def _turned(write: _Writer, label: str, figures: Turnover) -> tuple[str, ...]:
	return (
		write.labels[label],
		str(figures.count),
		write.amount(figures.net_minor),
		write.amount(figures.tax_minor),
		write.some(figures.round_off_minor),
		write.some(figures.adjustment_minor),
		write.amount(figures.total_minor),
	)


def _taxes(write: _Writer) -> list[Section]:
	rates: dict[str, int] = {}
	for tax in write.report.taxes:
		rates[tax.label] = rates.get(tax.label, 0) + 1
	rows = [_tax(write, tax, rates[tax.label] > 1) for tax in write.report.taxes]
	if untaxed := write.report.untaxed_minor:
		rows.append((write.labels["untaxed"], write.amount(untaxed), "", write.amount(untaxed)))
	return write.section("taxes", "net tax gross", rows)


def _tax(write: _Writer, tax: TaxFigures, several: bool) -> tuple[str, ...]:
	label = f"{tax.label} {tax.rate} %" if several and tax.rate else tax.label
	amounts = (write.amount(each) for each in (tax.net_minor, tax.tax_minor, tax.gross_minor))
	return (label.replace(".", write.header.point), *amounts)


def _tenders(write: _Writer) -> list[Section]:
	heads = "float received change refunded in out expected counted difference"
	tenders = write.report.tenders
	found = write.section("tenders", heads, [_tender(write, each) for each in tenders])
	for each in tenders:
		rows = [
			(write.amount(minor), str(pieces), write.amount(minor * pieces))
			for minor, pieces in each.denominations
		]
		found += write.section(f"{write.labels['counted']}: {each.tender}", "pieces amount", rows)
	return found


def _tender(write: _Writer, each: TenderFigures) -> tuple[str, ...]:
	moved = (
		*(each.float_minor, each.received_minor, each.change_minor),
		*(each.refunded_minor, each.in_minor, each.out_minor),
	)
	# Without its float nobody knows what should be there.
	known = bool(write.report.opened_at)
	expected, difference = (each.expected_minor, each.difference_minor) if known else (None, None)
	counted = (
		"" if amount is None else write.amount(amount)
		for amount in (expected, each.counted_minor, difference)
	)
	return (each.tender, *(write.some(amount) for amount in moved), *counted)


def _owed(write: _Writer) -> list[Section]:
	owed = [
		(
			_joined(write.labels.get(each.kind, each.kind), each.tender),
			str(each.count),
			write.some(each.received_minor),
			write.some(each.refunded_minor),
			str(each.points or ""),
		)
		for each in write.report.owed
	]
	issued = [
		(write.labels.get(each.kind, each.kind), str(each.count), write.amount(each.amount_minor))
		for each in write.report.issued
	]
	return [
		*write.section("owed", "count received refunded points", owed),
		*write.section("issued", "count amount", issued),
	]


def _movements(write: _Writer) -> list[Section]:
	rows = [
		(
			_joined(f"{write.labels[each.kind]}, {write.labels[each.purpose]}, {each.tender}", each.reason),
			str(each.count),
			write.amount(each.amount_minor),
		)
		for each in write.report.movements
	]
	return write.section("movements", "count amount", rows)


def _goods_and_people(write: _Writer) -> list[Section]:
	report, labels = write.report, write.labels
	groups = [
		(
			each.group or labels["no_group"],
			*(str(each.lines), write.amount(each.amount_minor), write.amount(each.net_minor)),
		)
		for each in report.groups
	]
	cashiers = [
		(
			each.cashier or labels["nobody"],
			*(str(each.sales), write.some(each.sales_minor)),
			*(str(each.returns or ""), write.some(each.returns_minor)),
		)
		for each in report.cashiers
	]
	discounts = [
		(_joined(labels[each.on], each.reason), str(each.count), write.amount(each.amount_minor))
		for each in report.discounts
	]
	return [
		*write.section("groups", "lines amount net", groups),
		*write.section("cashiers", "sales amount returns refunded", cashiers),
		*write.section("discounts", "count amount", discounts),
	]


def _happened(write: _Writer) -> list[Section]:
	happened = write.report.happened
	amounts = ("tips", "write_offs", "with_receipt", "without_receipt", "voids")
	plain = ("no_sales", "reprints", "approvals", "training", "clock", "late", "unread")
	rows = [
		(write.labels[name], str(counted.count), write.some(counted.amount_minor))
		for name in amounts
		if (counted := getattr(happened, name)).count
	]
	rows += [(write.labels[name], str(count), "") for name in plain if (count := getattr(happened, name))]
	return write.section("happened", "count amount", rows)


def _order(write: _Writer) -> list[Section]:
	numbers = [
		(
			each.prefix,
			*(f"{each.prefix}-{number:06d}" for number in (each.first, each.last)),
			_missing(each.missing, [f"{number:06d}" for number in each.named]),
		)
		for each in write.report.numbers
	]
	chains = [
		(f"{each.epoch}", str(each.first), str(each.last), _missing(each.missing, ()), each.hash)
		for each in write.report.chains
	]
	return [
		*write.section("numbers", "first last missing", numbers),
		*write.section("chains", "first last missing hash", chains),
	]


def _missing(count: int, named: Sequence[str]) -> str:
	return f"{count}: {', '.join(named)}" if named else str(count or "")


def _joined(left: str, right: str) -> str:
	return f"{left}: {right}" if right and right != left else left
