"""The command `bench --site SITE pos-bridge …`: parse, call, commit, say what happened.

It never decides anything about sales, and never changes what set-up finds.
"""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
import frappe
from frappe.commands import get_site, pass_context

from pos_bridge.core.errors import PosBridgeError


def on_site(run: Callable[..., int | None]) -> Callable[..., None]:
	"""Run a command connected to the site that bench was given; its errors in words, its work committed."""

	@pass_context
	@wraps(run)
	def connected(context: Any, *args: Any, **kwargs: Any) -> None:
		frappe.init(get_site(context))
		frappe.connect()
		try:
			status = run(*args, **kwargs)
			frappe.db.commit()
		except PosBridgeError as error:
			frappe.db.rollback()
			raise click.ClickException(error.message) from error
		finally:
			frappe.destroy()
		sys.exit(status or 0)

	return connected


@click.group("pos-bridge")
def pos_bridge() -> None:
	"""POS Bridge: set shops up, enrol tills, compare tills with the books."""


@pos_bridge.command("setup")
@click.option("--company", required=True)
@click.option("--shop", required=True, help="Name of the shop: its POS Profile, warehouse and cost center.")
@click.option("--till", default="T1", show_default=True)
@click.option("--price-list", default="", help="An existing one; else Standard Selling.")
@click.option("--warehouse", default="", help="An existing one; else the shop gets its own.")
@click.option("--taxes", default="", help="Sales Taxes and Charges Template; else the company's default.")
@on_site
def setup(company: str, shop: str, till: str, price_list: str, warehouse: str, taxes: str) -> int:
	"""Make or check all that a till needs. Doing it again changes nothing."""
	from pos_bridge.erpnext.people.roles import make_roles
	from pos_bridge.erpnext.setup import Step, setup_shop

	steps = setup_shop(company, shop, till, price_list, warehouse, taxes)
	return told([*steps, *(Step("made", f"POS Cashier Role {name}") for name in make_roles())])


def told(steps: list[Any]) -> int:
	"""Say what set-up did; 1 if something is left to do."""
	for step in steps:
		click.echo(f"{step.outcome:6} {step.what}")
		if step.remedy:
			click.echo(f"       {step.remedy}")
	return int(any(step.outcome == "wrong" for step in steps))


@pos_bridge.command("demo-data")
@click.option("--company", default="", help="Needed where there is more than one.")
@on_site
def demo_data(company: str) -> int:
	"""Fill a site to try: a grocery with 200 goods, taxes, stock, two cashiers and till T1."""
	from pos_bridge.agent.standalone.demo_shop import PROFILE, goods
	from pos_bridge.erpnext.demo_data import make_demo

	return told(make_demo(company, PROFILE, [(each.item, each.cost_minor, each.opening) for each in goods()]))


@pos_bridge.command("enrolment-code")
@click.option("--till", required=True)
@on_site
def enrolment_code(till: str) -> None:
	"""A code that enrols one device of a till, once, within ten minutes."""
	from pos_bridge.erpnext.door.enrolment import CODE_SECONDS, make_code

	if not frappe.db.exists("POS Till", till):
		raise click.ClickException(f"There is no POS Till {till!r}. Make it first: pos-bridge setup")
	click.echo(make_code(till))
	click.echo(f"Valid for {CODE_SECONDS // 60} minutes, once.", err=True)


@pos_bridge.command("cashier")
@click.argument("name")
@click.option("--role", default=None, help="A POS Cashier Role; without one a new cashier may do everything.")
@click.option("--shop", "shops", multiple=True, help="A POS Profile; without one a new cashier sells in all.")
@click.option(
	"--pin/--no-pin", "ask_pin", default=False, help="Read a PIN from the terminal, or from a pipe."
)
@on_site
def cashier(name: str, role: str | None, shops: tuple[str, ...], ask_pin: bool) -> None:
	"""Make the cashier NAME, or change what is named of him. No shell remembers the PIN: it is asked for."""
	from pos_bridge.erpnext.people.pins import set_pin

	exists = frappe.db.exists("POS Cashier", name)
	person = frappe.get_doc("POS Cashier", name) if exists else frappe.new_doc("POS Cashier")
	named = {"role": role, "shops": [{"pos_profile": shop} for shop in shops] or None}
	person.update({"cashier_name": name, **{key: value for key, value in named.items() if value is not None}})
	person.save(ignore_permissions=True)
	if ask_pin:
		set_pin(person, click.prompt("PIN", hide_input=sys.stdin.isatty(), err=True))
	click.echo(f"{'kept' if exists else 'made'} POS Cashier {name}")


@pos_bridge.command("reconcile")
@click.option("--company", default="", help="Needed where there is more than one.")
@click.option("--from", "first", default="", help="First business date, as 2026-11-25; today if left out.")
@click.option("--to", "last", default="", help="Last business date; the first if left out.")
@click.option("--till", default="", help="One till only.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@on_site
def reconcile(company: str, first: str, last: str, till: str, as_json: bool) -> int:
	"""Compare tills with the books, to the minor unit; 1 if a difference is not explained."""
	from pos_bridge.erpnext.reconcile import run, scope, told

	days = scope.asked(company, first, last, till)
	result = run.reconcile(days)
	for line in [told.as_json(days, result)] if as_json else told.as_text(days, result):
		click.echo(line)
	return int(bool(result.unexplained))


@pos_bridge.command("audit-export")
@click.option("--company", default="", help="Needed where there is more than one.")
@click.option("--from", "first", default="", help="First business date, as 2026-11-25; today if left out.")
@click.option("--to", "last", default="", help="Last business date; the first if left out.")
@click.option("--till", default="", help="One till only.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@on_site
def audit_export(company: str, first: str, last: str, till: str, file: Path) -> None:
	"""Write what an auditor needs to FILE, a ZIP with a program that verifies it (docs/audit.md)."""
	from pos_bridge.erpnext.audit.export import export
	from pos_bridge.erpnext.reconcile import scope

	seal = export(scope.asked(company, first, last, till), file)
	click.echo(f"{file}, SHA-256 of all but the last 64 bytes, which say it: {seal}")


commands = [pos_bridge]
