// What an accountant sees and does about an entry. All that comes from a till or from the books is escaped here.

frappe.ui.form.on("POS Entry", {
	refresh(frm) {
		frm.disable_save();
		frm.dashboard.clear_headline();
		show_fate(frm);
		if (frm.doc.state === "held") add_held_buttons(frm);
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
		frm.add_custom_button(__("Retry"), () => act(frm, "retry_entry", __("It is posted again now."))).addClass(
			"btn-primary"
		);
	}
	// The remedy names this button when the business date's period is closed, and only then.
	const offered = (frm.doc.remedy || "").includes("Post on first open day");
	if (offered && frappe.user.has_role(["Accounts Manager", "System Manager"])) {
		frm.add_custom_button(__("Post on first open day"), () => post_on_first_open_day(frm));
	}
}

function post_on_first_open_day(frm) {
	const date = frappe.datetime.str_to_user(frm.doc.business_date);
	frappe.confirm(
		__("Post what happened on {0} on the first day that is open? The entry keeps its date and says so.", [date]),
		() => act(frm, "post_on_first_open_day", ({ post_on }) =>
			__("It is posted on {0}.", [frappe.datetime.str_to_user(post_on)])
		)
	);
}

async function act(frm, method, told) {
	const { message } = await frappe.call({
		method: `pos_bridge.desk.${method}`,
		args: { entry: frm.doc.name },
		freeze: true,
	});
	frappe.show_alert({ message: typeof told === "string" ? told : told(message), indicator: "blue" });
	frm.reload_doc();
}
