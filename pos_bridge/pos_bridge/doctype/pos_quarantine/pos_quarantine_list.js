// What a person has to look at stands out until it is marked as reviewed.

frappe.listview_settings["POS Quarantine"] = {
	add_fields: ["reviewed"],
	hide_name_column: true,
	get_indicator(doc) {
		return doc.reviewed
			? [__("Reviewed"), "green", "reviewed,=,1"]
			: [__("Not reviewed"), "red", "reviewed,=,0"];
	},
};
