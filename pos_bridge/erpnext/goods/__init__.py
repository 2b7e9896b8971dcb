"""Goods that are told apart: which batch and serial numbers an invoice moves, and what can't be moved."""
