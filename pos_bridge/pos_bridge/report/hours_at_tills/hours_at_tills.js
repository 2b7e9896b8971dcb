// Whose hours, and which days. It computes nothing.

frappe.query_reports["Hours at Tills"] = {
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
			fieldname: "from_date",
			label: __("From Date"),
			fieldtype: "Date",
			default: frappe.datetime.month_start(),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{ fieldname: "shop", label: __("Shop"), fieldtype: "Link", options: "POS Profile", get_query: of_company },
	],
};

function of_company() {
	return { filters: { company: frappe.query_report.get_filter_value("company") } };
}
