"""What a sale comes to by docs/protocol.md, computed anew in fractions. It shares nothing with the core."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

Fields = dict[str, Any]
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{0,8}[1-9])?")


def decimal(text: Any) -> Fraction:
	if not isinstance(text, str) or not DECIMAL.fullmatch(text) or text == "-0":
		raise ValueError(f"{text!r} is not a decimal in its form")
	return Fraction(text)


class Sums:
	"""The figures of a sale or return as its lines give them; `faults` are what the body has otherwise."""

	def __init__(self, body: Fields) -> None:
		self.body, self.taxes, self.lines = body, body["taxes"], body["lines"]
		self.places: int = body["currency_precision"]
		self.finer = 10 ** max(body.get("rate_decimals", 0) - self.places, 0)
		self.quantities = [decimal(line["quantity"]) for line in self.lines]
		self.rates = [{tax: decimal(rate) for tax, rate in line["rates"].items()} for line in self.lines]

	def round(self, value: Fraction, places: int | None = None) -> int:
		floor, rest = divmod(value, 1)
		if rest != Fraction(1, 2):
			return int(floor) + (rest > Fraction(1, 2))
		how, places = self.body["rounding"], self.places if places is None else places
		if how == "commercial":
			return int(floor) + (floor >= 0)
		return int(floor) + (1 if how == "bankers_legacy" and places > 0 else int(floor) % 2)

	def faults(self) -> list[str]:
		told, found = self.body, self.compute()
		wrong = [
			f"line {number}: {name} is {line[name]}, not {value}"
			for number, (line, values) in enumerate(zip(self.lines, found["lines"]), start=1)
			for name, value in values.items()
			if line[name] != value
		]
		wrong += [
			f"tax {row['label']}: {name} is {row[name]}, not {value}"
			for row, values in zip(self.taxes, found["taxes"])
			for name, value in values.items()
			if row[name] != value
		]
		figures = ("net_minor", "tax_minor", "round_off_minor", "total_minor")
		wrong += [
			f"{name} is {told[name]}, not {found[name]}" for name in figures if told[name] != found[name]
		]
		for key, name in (("discount", "amount_minor"), ("total_rounding", "adjustment_minor")):
			if key in told and told[key][name] != found[key]:
				wrong.append(f"{key}: {name} is {told[key][name]}, not {found[key]}")
		return wrong

	def compute(self) -> Fields:
		self.priced = [self.price(line, quantity) for line, quantity in zip(self.lines, self.quantities)]
		nets = [self.net_of(number) for number in range(len(self.lines))]
		exact, amounts = self.charge(nets)
		off = spread = 0
		if "discount" in self.body:
			off, spread, over = self.discount(nets, exact, amounts)
			off = off if over else 0
			if off:
				nets = self.after(nets, (over - off) / over)
				exact, amounts = self.charge(nets)
		rounding = self.round_off(nets, amounts, off, spread)
		grand = sum(nets) + sum(amounts) + rounding
		adjustment = self.adjustment(grand)
		return {
			"lines": [
				{"rate_minor": rate, "amount_minor": amount, "net_minor": net}
				for (rate, amount), net in zip(self.priced, nets)
			],
			"taxes": [
				{"base_minor": self.base(tax, nets), "amount_minor": amount}
				for tax, amount in zip(self.taxes, amounts)
			],
			**{"net_minor": sum(nets), "tax_minor": sum(amounts), "round_off_minor": rounding},
			**{"total_minor": grand + adjustment, "discount": off, "total_rounding": adjustment},
		}

	def price(self, line: Fields, quantity: Fraction) -> tuple[int, int]:
		price = Fraction(line["price_minor"] + line.get("unit_margin_minor", 0))
		price += line["price_minor"] * decimal(line.get("margin_percent", "0")) / 100
		price *= 1 - decimal(line.get("discount_percent", "0")) / 100
		rate = self.round(price, max(self.body.get("rate_decimals", 0), self.places))
		rate -= line.get("unit_discount_minor", 0)
		return rate, self.round(rate * quantity / self.finer)

	def net_of(self, number: int) -> int:
		"""A line's amount without what is included in it."""
		so_far, fixed = Fraction(1), Fraction(0)
		part: dict[str, Fraction] = {}
		upto: dict[str, Fraction] = {}
		for tax in self.taxes:
			rate = self.rates[number].get(tax["tax"], Fraction(0)) if tax["inclusive"] else Fraction(0)
			charge, share = tax.get("charge", "on_net_total"), Fraction(0)
			if charge == "on_item_quantity":
				fixed += rate * self.quantities[number] * 10**self.places
			elif rate:
				on = {"on_previous_row_amount": part, "on_previous_row_total": upto}.get(charge)
				share = rate / 100 * (on[tax["row"]] if on is not None else 1)
			so_far += share
			part[tax["tax"]], upto[tax["tax"]] = share, so_far
		amount = self.priced[number][1]
		return amount if so_far == 1 and not fixed else self.round((amount - fixed) / so_far)

	def charge(self, nets: list[int]) -> tuple[list[Fraction], list[int]]:
		"""What each tax row comes to: exactly, and rounded."""
		sums = {tax["tax"]: Fraction(0) for tax in self.taxes}
		for number, net in enumerate(nets):
			part: dict[str, Fraction] = {}
			upto: dict[str, Fraction] = {}
			so_far = Fraction(net)
			for tax in self.taxes:
				name = tax["tax"]
				amount = self.tax_of_line(tax, number, nets, part, upto)
				if self.body.get("row_wise_tax"):
					amount = Fraction(self.round(amount))
				if tax.get("charge") == "actual" and number == len(nets) - 1:
					amount = tax["actual_minor"] - sums[name]
				sums[name] += amount
				so_far += amount
				part[name], upto[name] = amount, so_far
		exact = list(sums.values())
		return exact, [self.round(amount) for amount in exact]

	def tax_of_line(self, tax: Fields, number: int, nets: list[int], part: Fields, upto: Fields) -> Fraction:
		charge = tax.get("charge", "on_net_total")
		if charge == "actual":
			whole = sum(nets)
			return Fraction(nets[number] * tax["actual_minor"], whole) if whole else Fraction(0)
		rate = self.rates[number].get(tax["tax"], Fraction(0))
		if charge == "on_item_quantity":
			return rate * self.quantities[number] * 10**self.places
		on = {"on_previous_row_amount": part, "on_previous_row_total": upto}.get(charge)
		return rate / 100 * (on[tax["row"]] if on is not None else nets[number])

	def base(self, tax: Fields, nets: list[int]) -> int:
		every = tax.get("charge") == "actual"
		return sum(net for net, rates in zip(nets, self.rates) if every or tax["tax"] in rates)

	def round_off(self, nets: list[int], amounts: list[int], off: int, spread: int) -> int:
		if any(tax["inclusive"] for tax in self.taxes):
			on_top = sum(amount for tax, amount in zip(self.taxes, amounts) if not tax["inclusive"])
			left = sum(amount for _, amount in self.priced) + on_top - off - sum(nets) - sum(amounts)
			return left if abs(left) <= 5 else 0
		return spread - off - sum(nets) - sum(amounts) if spread and off else 0

	def discount(
		self, nets: list[int], exact: list[Fraction], amounts: list[int]
	) -> tuple[int, int, Fraction]:
		"""What comes off the ticket, the total that it comes off, and what it is spread over."""
		told, net = self.body["discount"], sum(nets)
		grand = net + sum(amounts) + self.round_off(nets, amounts, 0, 0)
		whole = net if told["on"] == "net_total" else grand
		off = (
			self.round(whole * decimal(told["percent"]) / 100) if "percent" in told else told["amount_minor"]
		)
		if told["on"] == "net_total" or not self.taxes:
			return off, 0, Fraction(net)
		spread = net
		for amount in exact:
			spread = self.round(spread + amount)
		return off, spread, spread - self.fixed(amounts)

	def fixed(self, amounts: list[int]) -> Fraction:
		"""What a discount leaves alone: fixed amounts, amounts for quantities, and taxes on these."""
		total = Fraction(0)
		known: dict[str, tuple[Fraction, Fraction]] = {}
		for tax, amount in zip(self.taxes, amounts):
			if tax.get("charge") in ("actual", "on_item_quantity"):
				own = Fraction(amount)
			elif tax.get("row") in known:
				own = decimal(tax["rate"]) / 100 * known[tax["row"]][tax["charge"] == "on_previous_row_total"]
			else:
				continue
			total += own
			known[tax["tax"]] = own, total
		return total

	def after(self, nets: list[int], kept: Fraction) -> list[int]:
		found, before, so_far = [], 0, 0
		for net in nets:
			own = self.round(net * kept)
			before, so_far = before + net, so_far + own
			left = self.round(before * kept - so_far)
			so_far += left
			found.append(own + left)
		return found

	def adjustment(self, grand: int) -> int:
		how = self.body.get("total_rounding")
		if not how:
			return 0
		step, rest = how["to_minor"], grand % how["to_minor"]
		rounded = grand + (step - rest if 2 * rest > step else -rest)
		if how["halves"] != "down":
			rounded = self.round(Fraction(grand, step), 0) * step
		return rounded - grand if rounded else 0


def paid_fault(kind: str, body: Fields) -> str:
	"""What is wrong with how it was paid; "" if nothing is."""
	amounts, change = [tender["amount_minor"] for tender in body["tenders"]], body["change_minor"]
	wanted = body["amount_minor"] if kind == "credit_issue" else body["total_minor"]
	wanted += body.get("tip_minor", 0) - body.get("write_off_minor", 0)
	if sum(amounts) - change != wanted:
		return f"tenders {sum(amounts)} less change {change} are not {wanted}"
	if any((amount >= 0) == (kind == "return") for amount in amounts):
		return "a tender's amount is on the wrong side of zero"
	cash = sum(tender["amount_minor"] for tender in body["tenders"] if tender["kind"] == "cash")
	return "" if change == 0 or 0 < change <= cash else f"change {change} is more than the cash {cash}"
