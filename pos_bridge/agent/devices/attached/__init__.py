"""What is attached to a till beside its printers: scanners, scales, card terminals, each by its configured
name.

No page ever names a port, a path or a host: it knows the names of devices only.
"""
