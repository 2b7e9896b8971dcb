// What is open, and buttons that close it. What a till or the books said is escaped here.

const MONTH = 30;
const POSTERS = ["POS Manager", "POS Integrator", "Accounts Manager", "System Manager"];
const REVIEWERS = ["POS Manager", "Accounts Manager", "System Manager"];
const ACCOUNTANTS = ["Accounts Manager", "System Manager"];

frappe.query_reports["Held and Exceptions"] = {
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
			default: frappe.datetime.add_days(frappe.datetime.get_today(), -MONTH),
			reqd: 1,
		},
		{
			fieldname: "to_date",
			label: __("To Date"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		{ fieldname: "shop", label: __("Shop"), fieldtype: "Link", options: "POS Profile" },
		{ fieldname: "till", label: __("Till"), fieldtype: "Link", options: "POS Till" },
		{
			fieldname: "status",
			label: __("Status"),
			fieldtype: "Select",
			options: [
				{ value: "Open", label: __("Open", null, "POS Exceptions") },
				{ value: "Reviewed", label: __("Reviewed") },
			],
			default: "Open",
		},
		{ fieldname: "compare", label: __("Compare with the books"), fieldtype: "Check" },
	],
	onload(report) {
		$(report.page.wrapper).on("click", "[data-pos-bridge-act]", ({ currentTarget }) => {
			const { posBridgeAct, ...row } = currentTarget.dataset;
			ACTS[posBridgeAct](report, row);
		});
	},
	formatter(value, row, column, data, standard) {
		if (column.fieldname === "actions") return data ? buttons_of(data) : "";
		const text = typeof value === "string" ? frappe.utils.escape_html(value) : value;
		return standard(column.fieldtype === "Data" ? text : value, row, column, data);
	},
};

const ACTS = { retry, first_open_day, review, unreview, write_off };

function buttons_of({ what, name, entry, uncovered, period_closed, reviewed_by }) {
	const acts = [];
	if (what === "held" && frappe.user.has_role(POSTERS)) acts.push(["retry", __("Retry")]);
	if (what === "held" && period_closed && frappe.user.has_role(ACCOUNTANTS)) {
		acts.push(["first_open_day", __("Post on first open day")]);
	}
	if (["flag", "quarantined"].includes(what) && frappe.user.has_role(REVIEWERS)) {
		acts.push(reviewed_by ? ["unreview", __("Open again")] : ["review", __("Mark as reviewed")]);
	}
	if (uncovered && !reviewed_by && frappe.user.has_role(ACCOUNTANTS)) {
		acts.push(["write_off", __("Write off")]);
	}
	const escape = frappe.utils.escape_html;
	return acts
		.map(
			([act, label]) =>
				`<button class="btn btn-xs btn-default" data-pos-bridge-act="${act}" data-what="${escape(what)}"
				data-name="${escape(name)}" data-entry="${escape(entry || "")}">${escape(label)}</button>`
		)
		.join(" ");
}

async function call(report, method, args) {
	await frappe.call({ method: `pos_bridge.desk.${method}`, args, freeze: true });
	report.refresh();
}

function retry(report, { name }) {
	return call(report, "retry_entry", { entry: name });
}

async function first_open_day(report, { name }) {
	const { message } = await frappe.call({
		method: "pos_bridge.desk.first_open_day",
		type: "GET",
		args: { entry: name },
		freeze: true,
	});
	const question = __("Post it on {0}, the first day that is open? The entry keeps its date and says so.", [
		frappe.datetime.str_to_user(message.day),
	]);
	frappe.confirm(question, () => call(report, "post_on_first_open_day", { entry: name, day: message.day }));
}

function review(report, { what, name }) {
	frappe.prompt(
		{ fieldname: "note", label: __("What came of it"), fieldtype: "Small Text", reqd: 1 },
		({ note }) => call(report, "mark_reviewed", { what, name, note }),
		__("Mark as reviewed"),
		__("Mark as reviewed")
	);
}

function unreview(report, { what, name }) {
	return call(report, "mark_reviewed", { what, name, note: "", reviewed: 0 });
}

function write_off(report, { entry }) {
	const company = report.get_filter_value("company");
	const fields = [
		{
			fieldname: "account",
			label: __("Expense Account"),
			fieldtype: "Link",
			options: "Account",
			description: __("Empty: the company's Write Off Account."),
			get_query: () => ({ filters: { company, root_type: "Expense", is_group: 0 } }),
		},
		{ fieldname: "reason", label: __("Why"), fieldtype: "Small Text", reqd: 1 },
	];
	const book = ({ account, reason }) =>
		call(report, "write_off_shortage", { entry, reason, account: account || "" });
	frappe.prompt(fields, book, __("Write off what was not covered"), __("Write off"));
}
