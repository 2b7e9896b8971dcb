// What a person sees and does about an online order. All that comes from a shop or from the books is escaped here.

frappe.ui.form.on("Channel Order", {
	refresh(frm) {
		frm.disable_save();
		frm.dashboard.clear_headline();
		show_fate(frm);
		if (frappe.user.has_role(["POS Manager", "POS Integrator", "Accounts Manager", "System Manager"])) {
			frm.add_custom_button(__("Read Again"), () => act(frm, "read_order_again"));
		}
		if (frm.doc.attention_item && frappe.user.has_role(["POS Manager", "POS Integrator", "System Manager"])) {
			frm.add_custom_button(__("Choose Item"), () => choose_item(frm)).addClass("btn-primary");
		}
	},
});

function show_fate(frm) {
	const { attention, remedy, last_fault } = frm.doc;
	const escape = frappe.utils.escape_html;
	if (attention) {
		frm.dashboard.set_headline(`<div>${escape(attention)}</div><div>${escape(remedy || "")}</div>`, "red");
	} else if (last_fault) {
		frm.dashboard.set_headline(`${__("It is tried again by itself:")} ${escape(last_fault)}`, "orange");
	}
}

function choose_item(frm) {
	const field = { fieldname: "item", fieldtype: "Link", options: "Item", label: __("Item"), reqd: 1 };
	frappe.prompt(field, ({ item }) => act(frm, "map_unknown_item", { item }), __("Choose Item"), __("Choose"));
}

async function act(frm, method, args = {}) {
	await frappe.call({ method: `pos_bridge.channel_desk.${method}`, args: { order: frm.doc.name, ...args }, freeze: true });
	frappe.show_alert({ message: __("It is read again. Reload to see what became of it."), indicator: "blue" });
}
