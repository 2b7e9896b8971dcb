"""Installing, migrating and uninstalling: the tills' user, indexes that a DocType can't say, the last export.

It never deletes a document, and refuses to go while entries are unposted.
"""

import frappe
from frappe import _

from pos_bridge.erpnext.door.auth import TILL_USER

UNIQUE: tuple[tuple[str, tuple[str, ...], str], ...] = (
	("POS Entry", ("chain", "sequence"), "one_entry_per_place"),
	("POS Entry", ("position",), "one_entry_per_position"),
	("POS Entry Posting", ("parent", "part"), "one_document_per_part"),
	("POS Credit Entry", ("entry", "credit", "part"), "one_move_per_part"),
	("POS Credit Lease", ("credit", "till"), "one_lease_per_till"),
	("POS Shift", ("till", "opening_entry"), "one_shift_per_opening"),
	("Channel Order", ("channel", "remote_id"), "one_order_per_remote_id"),
	("Channel Item", ("channel", "remote_id"), "one_item_per_remote_id"),
	("Channel Customer", ("channel", "remote_id"), "one_customer_per_remote_id"),
	("Channel Stock", ("channel", "remote_id", "location"), "one_level_per_place"),
)
INDEXES: tuple[tuple[str, tuple[str, ...], str], ...] = (
	("POS Entry", ("state", "position"), "entries_in_state"),
	("POS Entry", ("till", "business_date"), "entries_of_a_day"),
	("POS Entry", ("company", "business_date"), "entries_of_a_company"),
	("POS Entry Flag", ("reviewed", "parent"), "flags_to_review"),
	("POS Unposted Stock", ("item_code", "warehouse"), "unposted_of_an_item"),
	# Two columns: one on a single column that its DocType does not name, Frappe drops with the next migrate.
	("Customer", ("default_price_list", "disabled"), "customers_of_a_price_list"),
	("POS Entry Posting", ("document_name", "parent"), "posting_of_a_document"),
	("POS Credit Entry", ("company", "credit", "date", "what", "amount", "short"), "moves_of_a_credit"),
	("POS Credit", ("status", "expires_on"), "credits_to_expire"),
	("POS Entry", ("channel_order", "position"), "entries_of_an_order"),
	("Channel Order", ("channel", "shop_state", "placed_at"), "orders_to_read_again"),
	("Channel Order", ("done_seq", "wanted_seq"), "orders_to_read"),
	("Channel Stock", ("item", "warehouse"), "levels_of_an_item"),
	("Channel Stock", ("channel", "done_seq", "wanted_seq"), "levels_to_tell"),
)


def before_install() -> None:
	"""Workers skip locked rows, which MariaDB can from 10.6 on; ERPNext asks for the same."""
	version = str(frappe.db.sql("SELECT VERSION()")[0][0])
	major, minor = (int(part) for part in version.split(".")[:2])
	if frappe.db.db_type != "mariadb" or (major, minor) < (10, 6):
		frappe.throw(_("POS Bridge needs MariaDB 10.6 or newer; this is {0}.").format(version))


def after_install() -> None:
	make_till_user()
	make_indexes()


def after_migrate() -> None:
	make_till_user()
	make_indexes()


def make_till_user() -> None:
	"""The user as which all tills act: enabled, without a role, a password or a desk."""
	if frappe.db.exists("User", TILL_USER):
		return
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": TILL_USER,
			"first_name": "POS Bridge",
			"last_name": "Till",
			"user_type": "Website User",
			"send_welcome_email": 0,
			"enabled": 1,
		}
	)
	user.flags.no_welcome_mail = True
	user.insert(ignore_permissions=True)


def make_indexes() -> None:
	"""Sequence and indexes; those whose table is not there yet are made when its DocType comes."""
	frappe.db.create_sequence("POS Entry", check_not_exists=True)
	for doctype, fields, name in UNIQUE:
		if frappe.db.table_exists(doctype):
			frappe.db.add_unique(doctype, list(fields), constraint_name=name)
	for doctype, fields, name in INDEXES:
		if frappe.db.table_exists(doctype):
			frappe.db.add_index(doctype, list(fields), index_name=name)


def before_uninstall() -> None:
	"""Refuse while something is not in the books; then leave the daybook behind as a file."""
	from pos_bridge.erpnext.export import write_daybook

	open_entries = frappe.db.count("POS Entry", {"state": ("in", ("waiting", "held"))})
	if open_entries:
		frappe.throw(
			_(
				"{0} entries are not in the books yet. Post them first: see POS Entry, waiting and held."
			).format(open_entries)
		)
	path = write_daybook()
	print(f"The daybook was exported to {path}")


def after_uninstall() -> None:
	"""What Frappe leaves behind of ours; the tills' user stays, and can do nothing any more."""
	frappe.db.sql_ddl("DROP SEQUENCE IF EXISTS `pos_entry_id_seq`")
	frappe.db.sql_ddl("ALTER TABLE `tabCustomer` DROP INDEX IF EXISTS `customers_of_a_price_list`")
	if frappe.db.exists("User", TILL_USER):
		frappe.db.set_value("User", TILL_USER, "enabled", 0)
