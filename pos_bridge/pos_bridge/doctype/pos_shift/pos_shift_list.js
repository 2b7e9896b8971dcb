// Shifts as an accountant looks for them: which one differs, and by how much.

/** Name, tags, status, till, cashier, business date, Z number, difference. */
const COLUMNS = 8;

frappe.listview_settings["POS Shift"] = {
	/** On a laptop Frappe would leave out the difference; who chose columns keeps them. */
	onload(list) {
		if (list.list_view_settings.total_fields) return;
		list.list_view_settings.total_fields = COLUMNS;
		list.setup_columns();
		list.render_header(true);
	},
};
