// X while the shift is open, Z when it is closed: the print view with our print format; and what it is made of.

frappe.ui.form.on("POS Shift", {
	refresh(frm) {
		const label = frm.doc.status === "Closed" ? __("Z Report") : __("X Report");
		frm.add_custom_button(label, () => frm.print_doc()).addClass("btn-primary");
		frm.add_custom_button(__("Entries"), () => {
			frappe.set_route("List", "POS Entry", { shift: frm.doc.opening_entry });
		});
		leave_out_what_was_not_counted(frm);
		say_what_is_not_booked(frm);
	},
});

/** A tender that nobody counted has no zero in the table, and no difference. */
function leave_out_what_was_not_counted(frm) {
	const { grid } = frm.fields_dict.counts;
	for (const field of ["counted", "difference"]) {
		const shown = (value, docfield, options, row) =>
			row && row.is_counted ? frappe.form.get_formatter("Currency")(value, docfield, options, row) : "";
		grid.update_docfield_property(field, "formatter", shown);
	}
	grid.refresh();
}

/** The Z has all entries, the count those that are in the books: until they are, the two differ. */
async function say_what_is_not_booked(frm) {
	const filters = { shift: frm.doc.opening_entry, state: ["in", ["held", "waiting"]] };
	const count = await frappe.db.count("POS Entry", { filters });
	if (!count || frm.is_new()) return;
	const words = __(
		"Not in the books yet: {0} of its entries. Expected and Difference are without them, the report has them.",
		[count]
	);
	frm.dashboard.set_headline_alert(frappe.utils.escape_html(words), "orange");
}
