// What accountants choose. It computes nothing.

frappe.query_reports["Gift Cards and Credit Outstanding"] = {
	filters: [
		{
			fieldname: "company",
			label: __("Company"),
			fieldtype: "Link",
			options: "Company",
			default: frappe.defaults.get_user_default("Company"),
			reqd: 1,
		},
		{
			fieldname: "as_of",
			label: __("As of"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{
			fieldname: "kind",
			label: __("Kind"),
			fieldtype: "Select",
			options: ["", "Gift Card", "Store Credit"],
		},
		{
			fieldname: "spent_too",
			label: __("Also those that are spent"),
			fieldtype: "Check",
		},
	],
};
