// X while the shift is open, Z when it is closed: the print view with our print format. Computes nothing.

frappe.ui.form.on("POS Shift", {
	refresh(frm) {
		const label = frm.doc.status === "Closed" ? __("Z Report") : __("X Report");
		frm.add_custom_button(label, () => frm.print_doc()).addClass("btn-primary");
	},
});
