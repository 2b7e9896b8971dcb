// What a cashier sees at one glance, as plain data.
() => {
	const said = (selector) => document.querySelector(selector)?.innerText.trim() ?? "";
	const all = (selector) => [...document.querySelectorAll(selector)].map((each) => each.innerText.trim());
	const screen = ["done", "pay", "sell", "start"].find((name) => document.querySelector(`main.${name}`)) ?? "none";
	const confirm = document.querySelector("[data-testid=confirm]");
	return {
		screen,
		dialog: document.querySelector("dialog[open]")?.getAttribute("aria-label") ?? "",
		read_only: document.querySelector(".read-only") !== null,
		status: said("[data-testid=status]"),
		lines: document.querySelectorAll("li.line").length,
		total: said("[data-testid=total]"),
		due: said("[data-testid=due]"),
		may_confirm: confirm !== null && !confirm.disabled,
		settled: document.querySelector("#pay-amount")?.disabled ?? false,
		problem: said("main.pay .problem") || said("main.start .problem"),
		given: all(".given li"),
		quick: all(".quick .money").filter((text) => !text.includes("F9")),
		number: said("main.done .number"),
		change: said("[data-testid=change]"),
		paid: said("main.done .change .soft"),
		asks_code: document.querySelector("#enrol-code:not(:disabled)") !== null,
		failed: document.querySelector("main.start button[autofocus]") !== null,
		starting: said("main.start"),
		notices: all(".notice"),
		nothing: screen === "none" ? `${location.href} ${document.documentElement.outerHTML.slice(0, 400)}` : "",
	};
}
