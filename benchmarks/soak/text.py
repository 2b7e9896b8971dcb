"""What each run survived, in words: the sections of docs/proof.md, made of the counts that were kept."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from benchmarks import kill_shelves
from benchmarks.agent import fuzz_agent

SPOOL_CHAOS = "tests/agent/devices/test_spool_killed.py"
MEDUSA_CONTRACT = "tests/channels/medusa/test_medusa.py"
WORKER_CHAOS = "tests/site/test_worker_killed.py"
PARITY = "tests/site/posting/test_parity.py"
RULES_PARITY = "tests/site/posting/test_parity_rules.py"
MONTH_OF_TRADE = "tests/site/month/test_month.py"

Kept = Mapping[str, Any]
"""What is kept of a part: `counts`, and the `date` and `commit` of its run."""

HEAD = """# What was survived

Written by `make soak` (`benchmarks/soak/`). Counts, not times: a run that lost, doubled or miscounted
anything fails and changes nothing here. Parts run one by one; each says when, and at which commit.
"""

AGENT = """`benchmarks/chaos_agent.py`: a till records sales in groups, sends some of them twice and out of
order, and prints receipts, some of them asked for twice. The process gets SIGKILL at a random moment and
starts again on the same folder. In the end, all that was acknowledged is compared with the daybook, the
books and the paper.

| | |
|---|---|
| Kills | {rounds} |
| Seed | {seed} |
| Sales made | {sales_made} |
| … acknowledged | {sales_acknowledged} |
| Receipts acknowledged | {receipts_acknowledged} |
| Receipts on paper | {receipts_printed} |
| Receipts marked as unsure: a person looks at the paper | {receipts_unsure} |
| **Sales or receipts lost** | **{lost}** |
| **Sales or receipts doubled** | **{doubled}** |
| **Minor units by which the books are off** | **{off_by_minor}** |"""

PAGE = """`benchmarks/chaos_browser.py`: a cashier sells in the real page in Chromium with real keys. In
each round disasters strike, most of them while a sale is being paid: SIGKILL of browser, agent or company;
answers lost after they were carried out, messages doubled and late on all three wires; a second tab that
takes over; a clock that jumps by up to three days; full disks; storage cleared, or the browser installed
anew. In the end everything is started twice. What the cashier was told and what agent and company ever had
is compared with the books."""
ON_ERPNEXT = "The same program with a real ERPNext site behind page and agent."

SPOOL = f"""`{SPOOL_CHAOS}`: every job that was answered for is printed once, or marked as
unsure; none is printed twice; every opening of the drawer is on record.

| | |
|---|---|
| Jobs | {{jobs}} |
| Kills | {{kills}} |
| **Jobs lost, doubled, or openings not on record** | **0** |"""

MEDUSA = f"""`{MEDUSA_CONTRACT}`: a real Medusa on a PostgreSQL of its own. Orders are placed, paid,
partly shipped, edited, refunded, cancelled, fetched and returned elsewhere, with webhooks on, off, doubled,
turned round and late: what the entries come to is the same each time, and every total is the shop's to the
minor unit.

| | |
|---|---|
| Rounds | {{rounds}} |
| **Orders that differ** | **0** |"""


BROWSER_ROWS = (
	("Rounds", "rounds"),
	("Seed", "seed"),
	("Sales confirmed to the cashier", "sales_confirmed"),
	("Entries that agent or company had at some moment", "entries_acknowledged"),
	("Sales recorded though the browser was gone before the cashier saw it", "sales_recorded_unseen"),
	("Sales that the page alone had when its storage was cleared", "lost_with_cleared_storage"),
	("**Sales that agent or company had, lost**", "lost"),
	("**Sales that the page alone had, lost by a kill**", "lost_by_kill"),
	("**Sales doubled**", "doubled"),
	("**Minor units by which books or screen are off**", "off_by_minor"),
	("**Receipt numbers used twice**", "numbers_used_twice"),
	("**Numbers missing in chains whose storage was not cleared**", "gaps"),
	("**Quarantined, held or still waiting in the end**", "left_behind"),
)


WORKERS = """`{test}` (`benchmarks/chaos_worker.py`): sales of two tills arrive over HTTP, some
twice and out of order, and two RQ workers post them. The process that posts, its parent, or both get SIGKILL
at a random moment. In the end every invoice's general ledger is compared with its sale, and every item's Bin
with its stock ledger.

| | |
|---|---|
| Kills | {kills} |
| … of them in the middle of posting | {kills_while_posting} |
| Seed | {seed} |
| Sales | {sales} |
| Pushes | {pushes} |
| Entries sent more than once | {entries_sent_twice} |
| **Sales lost** | **{lost}** |
| **Sales doubled** | **{doubled}** |
| **Minor units by which the general ledger is off** | **{off_by_minor}** |
| **Items whose Bin, moves and balance differ** | **{stock_off}** |
| **Promised stock and reposts left behind** | **{left_behind}** |
| **Stock moves out of order** | **{out_of_order}** |"""


MONTH = """`{test}`: six tills of three shops in three time zones sell, take back, exchange,
issue and spend cards and points, count their drawers. Their entries arrive late, twice, out of order, some
of them damaged on the way. What the books have to say is added up from the entries' JSON alone, with none of
our code, and compared with ERPNext's ledgers: every account, tax, shelf, serial number, customer, card,
member and shift. The auditor's program verifies the export, and finds one byte that was flipped.

| | |
|---|---|
| Entries | {entries} |
| Seed | {seed} |
| … by kind | {kinds} |
| Shifts | {shifts} |
| Trouble on the way | {trouble} |
| Flags that the books wrote | {flags} |
| What reconciling explains | {explained} |
| **Entries not booked** | **0** |
| **Minor units by which any account is off** | **0** |
| **Differences that are not explained** | **0** |"""


SUMS = f"""`{PARITY}` (`benchmarks/parity.py`): every figure of a random cart has to be the same in ERPNext's
own `calculate_taxes_and_totals`, in Python and in the page. What they try, and how often, stands in
[parity.md](parity.md).

| | |
|---|---|
| Carts | {{carts}} |
| Seed | {{seed}} |
| Carts with an exact half that ERPNext's floats round by chance, but for posting | {{halves_by_chance}} |
| **Carts that came to another figure** | **{{different}}** |"""


RULES = f"""`{RULES_PARITY}` (`benchmarks/sums/rules.py`): what random pricing rules make of
a cart's prices, by ERPNext, Python and the page.

| | |
|---|---|
| Carts, each under rules of its own | {{carts}} |
| Seed | {{seed}} |
| Carts with such a half | {{halves_by_chance}} |
| **Carts that came to another price, gift or discount** | **{{different}}** |"""


def page_section(words: str, counts: Mapping[str, Any]) -> str:
	"""How often each disaster struck comes last."""
	left = counts["quarantined"] + counts["held"] + counts["unsettled"]
	shown = {**counts, "left_behind": left}
	rows = [(label, shown[name]) for label, name in BROWSER_ROWS]
	rows += [(kind.replace("_", " "), times) for kind, times in sorted(counts["disasters"].items())]
	return "\n".join((words, "", "| | |", "|---|---|", *(f"| {label} | {value} |" for label, value in rows)))


def month_section(counts: Mapping[str, Any]) -> str:
	"""What was played, counted by kind in words."""
	counted = {
		name: ", ".join(f"{count} {what}" for what, count in sorted(counts[name].items())) or "none"
		for name in ("kinds", "trouble", "flags", "explained")
	}
	return MONTH.format(test=MONTH_OF_TRADE, **{**counts, **counted})


SECTIONS = {
	"agent": ("The till's process, killed while it sells and prints", lambda counts: AGENT.format(**counts)),
	"fuzz": ("Frames that make no sense, thrown at the agent", fuzz_agent.section),
	"page": ("The page, while everything around it fails", partial(page_section, PAGE)),
	"page_on_erpnext": ("The same, with ERPNext for a company", partial(page_section, ON_ERPNEXT)),
	"shelves": ("The browser, killed while it writes", kill_shelves.section),
	"spool": (
		"The print spool, killed while it takes jobs in and prints",
		lambda counts: SPOOL.format(**counts),
	),
	"medusa": ("Online orders of a real Medusa", lambda counts: MEDUSA.format(**counts)),
	"workers": (
		"The workers that post on ERPNext, killed while two tills sell the same goods",
		lambda counts: WORKERS.format(test=WORKER_CHAOS, **counts),
	),
	"month": ("A month in three shops, added up by somebody else", month_section),
	"sums": (
		"Random carts, computed by ERPNext, by Python and by the page",
		lambda counts: SUMS.format(**counts),
	),
	"rules": (
		"Random pricing rules, applied by ERPNext, by Python and by the page",
		lambda counts: RULES.format(**counts),
	),
}
"""Title and words of each part, in the document's order."""


def document(kept: Mapping[str, Kept], machine: Sequence[tuple[str, str]]) -> str:
	"""docs/proof.md, of what is kept of each part's last whole run."""
	parts = [HEAD]
	for name, (title, words) in SECTIONS.items():
		run = kept.get(name)
		said = (
			f"On {run['date']} at commit {run['commit']}.\n\n{words(run['counts'])}"
			if run
			else "Not run yet."
		)
		parts.append(f"## {title}\n\n{said}\n")
	rows = "\n".join(f"| {name} | {value} |" for name, value in machine)
	parts.append(f"## On which machine\n\n| | |\n|---|---|\n{rows}\n")
	return "\n".join(parts)
