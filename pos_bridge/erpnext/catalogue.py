"""What a till can sell, from ERPNext's items, prices, barcodes and taxes: snapshots, and what changed.

It never decides a price by a rule; those come with the money engine's parity.
"""
