"""Orders of online shops in ERPNext: recorded as entries, and made into the documents that they still need.

It never asks a shop and never commits: pos_bridge/online.py does.
"""
