"""What gunicorn serves in the tests: one site, whatever the Host header says, with its assets."""

import os

import frappe.app

frappe.app._site = os.environ["POS_BRIDGE_SERVED_SITE"]
application = frappe.app.application_with_statics()
