"""People at tills in ERPNext: who sells in a shop, their PINs and badges, roles, and hours.

It never keeps a PIN, and never gives a till more than its shop's people.
"""
