// What a manager does with a till's devices: let one in, switch some off, open the page; and which promotions it can't
// apply. Keeps no code or token.

frappe.ui.form.on("POS Till", {
	refresh(frm) {
		frm.add_custom_button(__("Open till"), () => window.open("/till", "_blank", "noopener"));
		if (!frm.is_new()) say_what_is_left_out(frm);
		if (frm.is_new() || !frappe.user.has_role(["POS Manager", "System Manager"])) return;
		if (frm.doc.enabled) frm.add_custom_button(__("Enrol a device"), () => enrol(frm));
		if (live_devices(frm).length) {
			frm.add_custom_button(__("Switch devices off"), () => switch_off(frm));
		}
	},
});

function live_devices(frm) {
	return (frm.doc.tokens || []).filter((device) => !device.revoked);
}

async function say_what_is_left_out(frm) {
	const till = frm.doc.name;
	const { message } = await frappe.call({
		method: "pos_bridge.desk.promotions_left_out",
		type: "GET",
		args: { till },
	});
	if (!message.length || frm.doc.name !== till) return;
	const escape = frappe.utils.escape_html;
	const rules = message.map(({ rule, title, why }) => {
		const link = `<a href="/app/pricing-rule/${encodeURIComponent(rule)}">${escape(title || rule)}</a>`;
		return `<li>${link}: ${escape(why)}</li>`;
	});
	const head = __("Pricing rules that this till can't apply: they count for nothing in its sales.");
	frm.dashboard.add_comment(`${head}<ul class="mb-0">${rules.join("")}</ul>`, "yellow", true);
}

async function enrol(frm) {
	if (frm.is_dirty()) await frm.save();
	const { message } = await frappe.call({
		method: "pos_bridge.desk.make_enrolment_code",
		args: { till: frm.doc.name },
		freeze: true,
	});
	show_code(frm, message);
}

function show_code(frm, enrolment) {
	const dialog = new frappe.ui.Dialog({
		title: __("Enrol a device at {0}", [frappe.utils.escape_html(frm.doc.name)]),
		fields: [{ fieldtype: "HTML", fieldname: "code" }],
		primary_action_label: __("Done"),
		primary_action: () => dialog.hide(),
	});
	dialog.fields_dict.code.$wrapper.html(code_html(enrolment));
	const expires = Date.now() + enrolment.expires_in_seconds * 1000;
	const $left = dialog.$wrapper.find("[data-left]");
	const tick = () => show_time_left(dialog, $left, expires, () => enrol(frm));
	const clock = setInterval(tick, 1000);
	dialog.onhide = () => {
		clearInterval(clock);
		// The device's row is new, and the form would not know of it.
		frm.reload_doc();
	};
	tick();
	dialog.show();
}

function code_html(enrolment) {
	const escape = frappe.utils.escape_html;
	const picture = enrolment.qr_svg
		? `<img alt="${__("QR code of the till's address with this code")}" width="220" height="220"
			src="data:image/svg+xml;charset=utf-8,${encodeURIComponent(enrolment.qr_svg)}">
			<p class="text-muted">${__("Scan it with the device, or open {0} there and enter the code:", [
				`<b>${escape(enrolment.url.split("#")[0])}</b>`,
			])}</p>`
		: `<p>${__("Open {0} on the device and enter the code:", [
				`<b>${escape(enrolment.url.split("#")[0])}</b>`,
			])}</p>`;
	const halves = `${enrolment.code.slice(0, 4)} ${enrolment.code.slice(4)}`;
	return `<div class="text-center">${picture}
		<div style="font: 600 2.5rem monospace; letter-spacing: 0.15em" data-code>${escape(halves)}</div>
		<p class="text-muted" data-left></p></div>`;
}

function show_time_left(dialog, $left, expires, again) {
	const seconds = Math.max(0, Math.ceil((expires - Date.now()) / 1000));
	const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
	if (seconds) {
		$left.text(__("Works once, for {0} more minutes.", [clock]));
		return;
	}
	dialog.$wrapper.find("[data-code], img").css("opacity", 0.25);
	$left.text(__("This code has expired."));
	dialog.set_primary_action(__("Make a new code"), () => {
		dialog.hide();
		again();
	});
}

function switch_off(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Switch devices off"),
		fields: [
			{
				fieldtype: "MultiCheck",
				fieldname: "tokens",
				columns: 1,
				options: live_devices(frm).map((device) => ({
					value: device.name,
					label: device_label(device),
					checked: 1,
				})),
			},
			{
				fieldtype: "HTML",
				fieldname: "consequence",
				options: `<p class="text-muted">${__(
					"A device is refused from its next call on. What it sold and has not sent yet stays on it, and is sent once it is enrolled again."
				)}</p>`,
			},
		],
		primary_action_label: __("Switch off"),
		primary_action: ({ tokens }) => {
			if (!tokens.length) return;
			dialog.hide();
			revoke(frm, tokens);
		},
	});
	dialog.show();
}

function device_label(device) {
	const seen = device.last_seen_at ? frappe.datetime.comment_when(device.last_seen_at) : __("never");
	const enrolled = frappe.datetime.str_to_user(device.issued_at);
	const holder = device.holder === "agent" ? __("Agent") : __("Page");
	return __("{0}, enrolled {1}, last seen {2}", [holder, frappe.utils.escape_html(enrolled), seen]);
}

async function revoke(frm, tokens) {
	const { message } = await frappe.call({
		method: "pos_bridge.desk.revoke_devices",
		args: { till: frm.doc.name, tokens },
		freeze: true,
	});
	frappe.show_alert({ message: __("{0} devices are switched off.", [message.revoked]), indicator: "green" });
	frm.reload_doc();
}
