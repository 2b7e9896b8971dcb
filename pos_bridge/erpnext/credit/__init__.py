"""Gift cards and store credit in ERPNext: their ledger, leases, expiry. Rules: `core.kinds.standing`."""
