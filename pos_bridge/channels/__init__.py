"""Connectors for online shops, one file each behind the port in `base`.

They never make a document, never write a daybook, and never decide what an order means for the books.
"""
