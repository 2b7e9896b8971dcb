"""What gunicorn serves in the tests: one site, whatever the Host header says, with its assets."""

import os
from pathlib import Path

import frappe.app
from werkzeug.middleware.shared_data import SharedDataMiddleware

import pos_bridge

PUBLIC = Path(pos_bridge.__file__).parent / "public"

frappe.app._site = os.environ["POS_BRIDGE_SERVED_SITE"]
# The bench's link to this app's files may lead to another checkout than the one under test.
application = SharedDataMiddleware(frappe.app.application_with_statics(), {"/assets/pos_bridge": str(PUBLIC)})
