"""X and Z of a POS Shift: read from its entries, shown in the desk, mailed. It never books anything."""
