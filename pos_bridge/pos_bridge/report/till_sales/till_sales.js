// By what people want sales added up. It computes nothing.

frappe.query_reports["Till Sales"] = {
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
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			reqd: 1,
		},
		{ fieldname: "shop", label: __("Shop"), fieldtype: "Link", options: "POS Profile", get_query: of_company },
		{ fieldname: "till", label: __("Till"), fieldtype: "Link", options: "POS Till", get_query: of_company },
		{
			fieldname: "group_by",
			label: __("Add Up By"),
			fieldtype: "MultiSelectList",
			default: ["shop"],
			get_data: (typed) =>
				[
					["channel", __("Channel")],
					["shop", __("Shop")],
					["till", __("Till")],
					["cashier", __("Cashier")],
					["hour", __("Hour")],
					["business_date", __("Business Date")],
					["item_group", __("Item Group")],
					["item", __("Item")],
				]
					.filter(([, label]) => label.toLowerCase().includes((typed || "").toLowerCase()))
					.map(([value, description]) => ({ value, description })),
		},
	],
	onload: begin_today,
};

function of_company() {
	return { filters: { company: frappe.query_report.get_filter_value("company") } };
}

/** No defaults of the filters: charts on the workspace would take these instead of their own days. */
async function begin_today(report) {
	for (const day of ["from_date", "to_date"]) {
		if (!report.get_filter_value(day)) await report.get_filter(day).set_value(frappe.datetime.get_today());
	}
}
