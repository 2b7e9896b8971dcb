// What accountants choose, and how a difference that has to be looked at stands out. It computes nothing.

frappe.query_reports["Till Reconciliation"] = {
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
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{
			fieldname: "till",
			label: __("Till"),
			fieldtype: "Link",
			options: "POS Till",
			get_query: () => ({ filters: { company: frappe.query_report.get_filter_value("company") } }),
		},
		{
			fieldname: "only_to_do",
			label: __("Only what is to do"),
			fieldtype: "Check",
		},
	],
	onload(report) {
		if (!frappe.user.has_role(["POS Manager", "Auditor", "Accounts Manager", "System Manager"])) return;
		report.page.add_inner_button(__("Export for the auditor"), async () => {
			const { company, from_date, to_date, till } = report.get_filter_values(true);
			const args = { company, from_date, to_date, till: till || "" };
			await frappe.call({ method: "pos_bridge.desk.export_for_auditor", args, freeze: true });
			frappe.show_alert({ message: __("It is being written. You are notified when it is ready."), indicator: "blue" });
		});
	},
	formatter(value, row, column, data, standard) {
		const shown = standard(value, row, column, data);
		return column.fieldname === "kind" && data && data.to_do
			? `<b class="text-danger">${shown}</b>`
			: shown;
	},
};
