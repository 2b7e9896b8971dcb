"""Customers who are new at a till, and what a till is told of one: records, aliases, history, erasing.

It never books anything, and never lets a record keep a sale from the books.
"""
