// What an accountant sees and does about an entry. All that comes from a till or from the books is escaped here.

frappe.ui.form.on("POS Entry", {
	refresh(frm) {
		frm.disable_save();
		frm.dashboard.clear_headline();
		show_fate(frm);
		if (frm.doc.state === "held") add_held_buttons(frm);
		if (frm.doc.state === "posted") add_tax_invoice_button(frm);
		for (const row of frm.doc.postings || []) {
			frm.add_custom_button(
				`${__(row.document_type)} ${frappe.utils.escape_html(row.document_name)}`,
				() => frappe.set_route("Form", row.document_type, row.document_name),
				__("In the Books")
			);
		}
	},
});

function show_fate(frm) {
	const { state, reason, remedy, last_fault, next_try_at } = frm.doc;
	const escape = frappe.utils.escape_html;
	if (state === "held") {
		const link = cause_link(frm.doc);
		frm.dashboard.set_headline(
			`<div><b>${__("The books refused it:")}</b> ${escape(reason || "")}</div>
			<div><b>${__("What to do:")}</b> ${escape(remedy || "")}</div>${link}`,
			"red"
		);
	} else if (state === "waiting" && last_fault) {
		frm.dashboard.set_headline(
			`<div><b>${__("It could not be posted yet:")}</b> ${escape(last_fault)}</div>
			<div>${__("It is tried again by itself: {0}", [
				next_try_at ? frappe.datetime.str_to_user(next_try_at) : __("now"),
			])}</div>`,
			"orange"
		);
	} else if (state === "waiting" && next_try_at) {
		const until = frappe.datetime.str_to_user(next_try_at);
		frm.dashboard.set_headline(__("It waits to be booked together with others, until {0}.", [until]), "blue");
	}
}

function cause_link({ cause_doctype, cause_name }) {
	if (!cause_doctype) return "";
	const parts = ["", "app", frappe.router.slug(cause_doctype), ...(cause_name ? [cause_name] : [])];
	const words = cause_name && cause_name !== cause_doctype ? [__(cause_doctype), cause_name] : [__(cause_doctype)];
	return `<div><b>${__("Look at:")}</b> <a href="${parts.map(encodeURIComponent).join("/")}"
		style="text-decoration: underline">${frappe.utils.escape_html(words.join(" "))}</a></div>`;
}

function add_held_buttons(frm) {
	if (frappe.user.has_role(["POS Manager", "POS Integrator", "Accounts Manager", "System Manager"])) {
		frm.add_custom_button(__("Retry"), () => act(frm, "retry_entry")).addClass("btn-primary");
	}
	if (frm.doc.period_closed && frappe.user.has_role(["Accounts Manager", "System Manager"])) {
		frm.add_custom_button(__("Post on first open day"), () => post_on_first_open_day(frm));
	}
}

function add_tax_invoice_button(frm) {
	if (!frappe.user.has_role(["POS Manager", "Accounts User", "Accounts Manager", "System Manager"])) return;
	if (frm.doc.kind === "sale") {
		frm.add_custom_button(__("Make Tax Invoice"), () => ask_for_customer(frm));
	} else if (frm.doc.kind === "return" && frm.doc.against_entry) {
		frm.add_custom_button(__("Correct Tax Invoice"), () => open_made("correct_tax_invoice", { entry: frm.doc.name }));
	}
}

function ask_for_customer(frm) {
	const fields = [
		{ fieldname: "name", fieldtype: "Data", label: __("Customer Name"), reqd: 1 },
		{ fieldname: "address", fieldtype: "Small Text", label: __("Customer Address"), reqd: 1 },
		{ fieldname: "tax_id", fieldtype: "Data", label: __("Customer Tax ID") },
	];
	const make = (values) => open_made("make_tax_invoice", { entry: frm.doc.name, ...values });
	frappe.prompt(fields, make, __("Make Tax Invoice"), __("Make"));
}

async function open_made(method, args) {
	const { message } = await frappe.call({ method: `pos_bridge.desk.${method}`, args, freeze: true });
	frappe.set_route("Form", "POS Tax Invoice", message.name);
}

async function post_on_first_open_day(frm) {
	const { message } = await frappe.call({
		method: "pos_bridge.desk.first_open_day",
		type: "GET",
		args: { entry: frm.doc.name },
		freeze: true,
	});
	const dates = [frm.doc.business_date, message.day].map((date) => frappe.datetime.str_to_user(date));
	const question = message.in_future
		? __("Post what happened on {0} on {1}, the first day that is open? That day is still to come. The entry keeps its date and says so.", dates)
		: __("Post what happened on {0} on {1}, the first day that is open? The entry keeps its date and says so.", dates);
	frappe.confirm(question, () => act(frm, "post_on_first_open_day", { day: message.day }));
}

/** Calls, then watches what became of it: a job posts it, in a moment or when a worker is free. */
async function act(frm, method, args = {}) {
	await frappe.call({ method: `pos_bridge.desk.${method}`, args: { entry: frm.doc.name, ...args }, freeze: true });
	const state = await fate_of(frm.doc.name);
	const [message, indicator] = {
		posted: [__("It is posted."), "green"],
		held: [__("It is held again: see the reason."), "red"],
	}[state] || [__("It waits to be posted. Reload to see what became of it."), "blue"];
	frappe.show_alert({ message, indicator });
	frm.reload_doc();
}

async function fate_of(entry) {
	for (let tries = 0; tries < 10; tries++) {
		await new Promise((resolve) => setTimeout(resolve, 700));
		const { message } = await frappe.db.get_value("POS Entry", entry, "state");
		if (message.state !== "waiting") return message.state;
	}
	return "waiting";
}
