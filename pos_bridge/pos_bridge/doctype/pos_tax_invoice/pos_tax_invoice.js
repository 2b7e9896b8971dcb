// A tax invoice is made from a receipt and corrected by another document; nothing of it is edited here.

frappe.ui.form.on("POS Tax Invoice", {
	refresh(frm) {
		frm.disable_save();
		if (frm.doc.kind !== "Invoice" || !frm.doc.stands_for) return;
		if (!frappe.user.has_role(["POS Manager", "Accounts User", "Accounts Manager", "System Manager"])) return;
		frm.add_custom_button(__("Cancel by Correction"), () => cancel(frm));
	},
});

function cancel(frm) {
	const field = { fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 };
	frappe.prompt(field, async ({ reason }) => {
		const args = { invoice: frm.doc.name, reason };
		const { message } = await frappe.call({ method: "pos_bridge.desk.cancel_tax_invoice", args, freeze: true });
		frappe.set_route("Form", "POS Tax Invoice", message.name);
	}, __("Cancel by Correction"));
}
