// The desk's way to the till: it opens the till's page in a tab of its own, and has a button where that is blocked.

frappe.pages["open-till"].on_page_load = (wrapper) => {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Till"), single_column: true });
	const $open = $(`<div class="text-center" style="padding: 4rem 1rem">
		<p>${__("The till opens in a tab of its own. A new device asks for a code: make it in its POS Till.")}</p>
		<button class="btn btn-primary btn-lg">${__("Open till")}</button>
	</div>`).appendTo(page.main);
	$open.find("button").on("click", open_till);
};

frappe.pages["open-till"].on_page_show = open_till;

function open_till() {
	window.open("/till", "_blank", "noopener");
}
