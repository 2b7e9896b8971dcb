-- Receipts that customers want by e-mail. An address is personal: it lies here, beside the daybook, and can be deleted.
CREATE TABLE receipt_mail (
	id TEXT PRIMARY KEY,
	entry TEXT NOT NULL,
	till TEXT NOT NULL,
	address TEXT NOT NULL,
	asked_at TEXT NOT NULL
) STRICT;
CREATE INDEX mails_of_entry ON receipt_mail (entry);
