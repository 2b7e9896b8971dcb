// The daybook as a list: each entry's state in its colour, and one button for all that is held.

const MAX_REASONS = 500;
/** Number, tags, state, kind, total, till, business date, reason. */
const COLUMNS = 8;

frappe.listview_settings["POS Entry"] = {
	add_fields: ["state", "desk_state"],
	hide_name_column: true,
	formatters: { kind: (kind) => frappe.utils.escape_html(__(frappe.unscrub(kind || ""))) },
	get_indicator(doc) {
		// Cancelled or amended in the desk: its till's sale stands otherwise in the books than it was recorded.
		if (doc.state === "posted" && doc.desk_state) {
			return [__("Changed in Desk"), "orange", "state,=,posted|desk_state,is,set"];
		}
		const [label, colour] = {
			waiting: [__("Waiting"), "orange"],
			posted: [__("Posted"), "green"],
			held: [__("Held"), "red"],
			quarantined: [__("Quarantined"), "red"],
		}[doc.state] || [__("Waiting"), "orange"];
		return [label, colour, `state,=,${doc.state}`];
	},
	onload(list) {
		show_all_columns(list);
		if (!frappe.user.has_role(["POS Manager", "POS Integrator", "Accounts Manager", "System Manager"])) return;
		list.page.add_inner_button(__("Retry all held"), () => choose_reason(list));
	},
};

/** On a laptop Frappe would show the receipt's number, state and total only; who chose columns keeps them. */
function show_all_columns(list) {
	if (list.list_view_settings.total_fields) return;
	list.list_view_settings.total_fields = COLUMNS;
	list.setup_columns();
	list.render_header(true);
}

async function choose_reason(list) {
	const held = await frappe.db.get_list("POS Entry", {
		filters: { state: "held" },
		fields: ["reason"],
		limit: MAX_REASONS,
	});
	if (!held.length) {
		frappe.show_alert({ message: __("Nothing is held."), indicator: "green" });
		return;
	}
	const dialog = new frappe.ui.Dialog({
		title: __("Retry all held"),
		fields: [
			{ fieldtype: "Select", fieldname: "reason", label: __("Which"), options: reasons_of(held) },
			{
				fieldtype: "HTML",
				fieldname: "consequence",
				options: `<p class="text-muted">${__(
					"They are posted again in their order. What the books still refuse is held again, with the reason."
				)}</p>`,
			},
		],
		primary_action_label: __("Retry"),
		primary_action: ({ reason }) => {
			dialog.hide();
			retry_all(list, reason || "");
		},
	});
	dialog.show();
}

function reasons_of(held) {
	const counts = new Map();
	for (const { reason } of held) counts.set(reason, (counts.get(reason) || 0) + 1);
	const each = [...counts].map(([reason, count]) => ({
		value: reason,
		label: `${count} × ${frappe.utils.escape_html(frappe.ellipsis(reason, 90))}`,
	}));
	return [{ value: "", label: __("All that is held") }, ...each];
}

async function retry_all(list, reason) {
	const { message } = await frappe.call({
		method: "pos_bridge.desk.retry_all",
		args: { reason },
		freeze: true,
	});
	const told = message.left
		? __("Posted again: {0}. Still held: {1}; retry once more for those.", [message.released, message.left])
		: __("Posted again: {0}.", [message.released]);
	frappe.show_alert({ message: told, indicator: "blue" });
	list.refresh();
}
