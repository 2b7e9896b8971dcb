// X while the shift is open, Z when it is closed: the print view with our print format; and what it is made of.

frappe.ui.form.on("POS Shift", {
	refresh(frm) {
		const label = frm.doc.status === "Closed" ? __("Z Report") : __("X Report");
		frm.add_custom_button(label, () => frm.print_doc()).addClass("btn-primary");
		frm.add_custom_button(__("Entries"), () => {
			frappe.set_route("List", "POS Entry", { shift: frm.doc.opening_entry });
		});
	},
});
