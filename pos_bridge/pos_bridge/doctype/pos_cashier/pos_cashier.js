// What a manager does with a cashier's PIN and badge. A PIN goes to the server once and stays nowhere; a badge's code
// is shown once.

frappe.ui.form.on("POS Cashier", {
	refresh(frm) {
		if (frm.is_new() || !frappe.user.has_role(["POS Manager", "System Manager"])) return;
		frm.add_custom_button(frm.doc.has_pin ? __("Change PIN") : __("Set PIN"), () => ask_pin(frm));
		if (frm.doc.has_pin) frm.add_custom_button(__("Remove PIN"), () => remove_pin(frm));
		frm.add_custom_button(frm.doc.has_badge ? __("New badge") : __("Give a badge"), () => ask_badge(frm));
		if (frm.doc.has_badge) frm.add_custom_button(__("Remove badge"), () => remove_badge(frm));
	},
});

function ask_pin(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("PIN of {0}", [frappe.utils.escape_html(frm.doc.name)]),
		fields: [
			{
				fieldtype: "Data",
				fieldname: "secret",
				label: __("PIN, 4 to 8 digits"),
				description: __("Let the cashier type it. Nobody can read it back; one that is forgotten is set anew."),
				reqd: 1,
			},
			{ fieldtype: "Data", fieldname: "again", label: __("The same once more"), reqd: 1 },
		],
		primary_action_label: __("Set PIN"),
		primary_action: async ({ secret, again }) => {
			if (secret !== again) {
				frappe.msgprint(__("The two PINs differ. Type both again."));
				return;
			}
			await call(frm, "set_cashier_pin", { secret });
			dialog.hide();
			frappe.show_alert({ message: __("The PIN is set."), indicator: "green" });
		},
	});
	for (const name of ["secret", "again"]) {
		// No field of the type Password: a browser would offer to remember it for the desk.
		dialog.fields_dict[name].$input.attr({ inputmode: "numeric", autocomplete: "off", maxlength: 8 });
		dialog.fields_dict[name].$input.css("-webkit-text-security", "disc");
	}
	dialog.show();
}

function remove_pin(frm) {
	const question = __("Remove the PIN of {0}? From then on one tap on the name signs in.", [
		frappe.utils.escape_html(frm.doc.name),
	]);
	frappe.confirm(question, () => call(frm, "set_cashier_pin", { secret: "" }));
}

function ask_badge(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Badge of {0}", [frappe.utils.escape_html(frm.doc.name)]),
		fields: [
			{
				fieldtype: "Data",
				fieldname: "secret_code",
				label: __("Scan a badge"),
				description: __("Empty: a new code is made, to be printed. Whoever has the badge can sign in with it."),
			},
		],
		primary_action_label: __("Give a badge"),
		primary_action: async ({ secret_code }) => {
			const badge = await call(frm, "set_cashier_badge", { secret_code: secret_code || "" });
			dialog.hide();
			show_badge(frm, badge);
		},
	});
	dialog.show();
}

function show_badge(frm, { code, qr_svg }) {
	const escape = frappe.utils.escape_html;
	const dialog = new frappe.ui.Dialog({
		title: __("Badge of {0}", [escape(frm.doc.name)]),
		fields: [{ fieldtype: "HTML", fieldname: "badge" }],
		primary_action_label: __("Done"),
		primary_action: () => dialog.hide(),
	});
	const picture = qr_svg
		? `<img alt="${__("The badge as a QR code")}" width="220" height="220"
			src="data:image/svg+xml;charset=utf-8,${encodeURIComponent(qr_svg)}">`
		: "";
	dialog.fields_dict.badge.$wrapper.html(
		`<div class="text-center">${picture}<p style="font: 600 1.4rem monospace">${escape(code)}</p>
		<p class="text-muted">${__("Print it now: it is not shown again.")}</p></div>`
	);
	dialog.show();
}

function remove_badge(frm) {
	const question = __("Take the badge of {0} away? It opens no till any more.", [frappe.utils.escape_html(frm.doc.name)]);
	frappe.confirm(question, () => call(frm, "set_cashier_badge", { remove: true }));
}

async function call(frm, method, values) {
	const { message } = await frappe.call({
		method: `pos_bridge.desk.${method}`,
		args: { cashier: frm.doc.name, ...values },
		freeze: true,
	});
	frm.reload_doc();
	return message;
}
