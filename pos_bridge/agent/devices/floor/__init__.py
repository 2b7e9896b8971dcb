"""Which printers stand at this till, what hangs on them, and what each model can do. It never prints."""
