"""All that knows Frappe documents: the daybook on MariaDB, posting to Sales Invoices, catalogue, stock.

It never decides what an entry is (core does) and never talks to a device or an online shop.
"""
