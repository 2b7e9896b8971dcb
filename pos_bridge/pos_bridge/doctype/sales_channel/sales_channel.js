// Tries the connection to a shop, and says where it sends its messages. All that a shop says is escaped here.

frappe.ui.form.on("Sales Channel", {
	refresh(frm) {
		if (frm.is_new()) return;
		const address = `${window.location.origin}/api/method/pos_bridge.api.webhook?channel=${encodeURIComponent(frm.doc.name)}`;
		frm.dashboard.set_headline(__("The shop sends its messages to {0}", [frappe.utils.escape_html(address)]));
		if (frappe.user.has_role(["POS Manager", "POS Integrator", "System Manager"])) {
			frm.add_custom_button(__("Test Connection"), () => test_connection(frm));
		}
		frm.add_custom_button(__("Needs Attention"), () =>
			frappe.set_route("List", "Channel Order", { channel: frm.doc.name, state: "held" })
		);
	},
});

async function test_connection(frm) {
	const { message } = await frappe.call({
		method: "pos_bridge.channel_desk.test_channel",
		args: { channel: frm.doc.name },
		freeze: true,
	});
	const escape = frappe.utils.escape_html;
	const places = message.locations.map((each) => `<li>${escape(each.id)}: ${escape(each.name)}</li>`).join("");
	frappe.msgprint({
		title: __("The shop answers"),
		indicator: "green",
		message: `${escape(message.name)}, ${escape(message.software)}, ${escape(message.currency)}<ul>${places}</ul>`,
	});
}
