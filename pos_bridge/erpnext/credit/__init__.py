"""Gift cards and store credit in ERPNext: their ledger, leases for tills, expiry. Rules: `core.kinds.standing`."""
