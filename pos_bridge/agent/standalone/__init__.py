"""The company that ships: daybook, ledger and a demo shop on SQLite, with the endpoints that ERPNext serves.

For a first look, training and tests. It never answers anybody but this machine.
"""
