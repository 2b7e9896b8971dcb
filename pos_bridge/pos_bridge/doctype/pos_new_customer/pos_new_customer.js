// A customer who was new at a till: what is held is corrected and taken here; who asks for it is erased.

frappe.ui.form.on("POS New Customer", {
	refresh(frm) {
		frm.disable_save();
		if (!frappe.user.has_role(["POS Manager", "System Manager"])) return;
		if (frm.doc.status === "Held") frm.add_custom_button(__("Correct and Take"), () => correct(frm));
		if (frm.doc.status !== "Erased") frm.add_custom_button(__("Erase Personal Data"), () => erase(frm));
	},
});

function correct(frm) {
	const field = (fieldname, label) => ({ fieldname, fieldtype: "Data", label, default: frm.doc[fieldname] });
	const fields = [field("customer_name", __("Name")), field("mobile", __("Mobile")), field("email", __("E-Mail"))];
	frappe.prompt(fields, async ({ customer_name, mobile, email }) => {
		const args = { record: frm.doc.name, name: customer_name || "", mobile: mobile || "", email: email || "" };
		await frappe.call({ method: "pos_bridge.desk.take_new_customer", args, freeze: true });
		frm.reload_doc();
	}, __("Correct and Take"));
}

function erase(frm) {
	const words = __("Name, numbers, addresses and contacts are erased for good; invoices and ledgers stay.");
	frappe.confirm(words, async () => {
		await frappe.call({ method: "pos_bridge.desk.erase_customer", args: { record: frm.doc.name }, freeze: true });
		frm.reload_doc();
	});
}
