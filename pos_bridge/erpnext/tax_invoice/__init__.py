"""Full tax invoices made later from receipts: numbered without gaps, printed, corrected; never booked."""
