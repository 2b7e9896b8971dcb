"""An export on its way to whoever asked for it: a private file of the company, and a notification.

It never makes an export.
"""

from pathlib import Path

import frappe
from frappe import _


def place_of(company: str, first: str, last: str, till: str) -> Path:
	"""Where the file goes: a name that says what is in it, and that nobody guesses."""
	names = (company, till, first, last, frappe.generate_hash(length=8))
	name = "-".join(frappe.scrub(part).strip("_") for part in names if part)
	return Path(frappe.get_site_path("private", "files", f"pos-export-{name}.zip"))


def deliver(path: Path, company: str, user: str, seal: str) -> str:
	"""The File of an export, which its owner and those who may read the company can open; its URL."""
	url = f"/private/files/{path.name}"
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": path.name,
			"file_url": url,
			"is_private": 1,
			"attached_to_doctype": "Company",
			"attached_to_name": company,
			"owner": user,
		}
	)
	file.flags.ignore_permissions = True
	file.insert()
	frappe.db.set_value("File", file.name, "owner", user, update_modified=False)
	frappe.get_doc(
		{
			"doctype": "Notification Log",
			"for_user": user,
			"type": "Alert",
			"document_type": "File",
			"document_name": file.name,
			"subject": _("The export for the auditor is ready: {0}").format(path.name),
			"email_content": _("SHA-256: {0}").format(seal),
		}
	).insert(ignore_permissions=True)
	return str(file.file_url)
