"""What a sale's rows have in common is asked and written at once, while an entry is being posted."""
