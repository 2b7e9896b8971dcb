"""Printers and the drawer: from a document to bytes, to a device, and to what the device says back.

Nothing in here knows a sale, and nothing that a caller writes can become a command of a device.
"""
