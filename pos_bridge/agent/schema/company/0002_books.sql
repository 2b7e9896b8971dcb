-- Tills, the codes that enrol them, and the tokens that they got; codes and tokens as hashes only.
CREATE TABLE till (
	till TEXT PRIMARY KEY,
	next_epoch INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE enrolment_code (
	code_hash TEXT PRIMARY KEY,
	till TEXT NOT NULL REFERENCES till,
	made_at INTEGER NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE till_token (
	token_hash TEXT PRIMARY KEY,
	till TEXT NOT NULL REFERENCES till,
	holder TEXT NOT NULL,
	made_at INTEGER NOT NULL
) STRICT;

-- The ledger. A booking is an entry's effect (its id is the entry's) or an opening.
CREATE TABLE booking (
	booking TEXT PRIMARY KEY,
	booked_at TEXT NOT NULL,
	memo TEXT NOT NULL
) STRICT;
CREATE TABLE journal_line (
	booking TEXT NOT NULL REFERENCES booking,
	line INTEGER NOT NULL,
	account TEXT NOT NULL,
	debit_minor INTEGER NOT NULL CHECK (debit_minor >= 0),
	credit_minor INTEGER NOT NULL CHECK (credit_minor >= 0),
	PRIMARY KEY (booking, line),
	CHECK ((debit_minor = 0) <> (credit_minor = 0))
) STRICT;
CREATE INDEX journal_by_account ON journal_line (account, debit_minor, credit_minor);

-- Quantities are decimal texts: twelve digits with nine decimals don't fit an integer column.
CREATE TABLE stock_move (
	booking TEXT NOT NULL REFERENCES booking,
	line INTEGER NOT NULL,
	item TEXT NOT NULL,
	warehouse TEXT NOT NULL,
	quantity TEXT NOT NULL,
	value_minor INTEGER NOT NULL,
	PRIMARY KEY (booking, line)
) STRICT;
CREATE TABLE stock_level (
	item TEXT NOT NULL,
	warehouse TEXT NOT NULL,
	quantity TEXT NOT NULL,
	value_minor INTEGER NOT NULL,
	unit_cost_minor INTEGER NOT NULL,
	moved INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (item, warehouse)
) STRICT;
CREATE INDEX stock_moved ON stock_level (moved DESC, item);

-- A posted entry is never edited; corrections are new entries.
CREATE TRIGGER entry_stays AFTER UPDATE OF id, hash, text, till, chain, sequence, kind ON entry BEGIN
	SELECT RAISE(ABORT, 'a recorded entry is never changed');
END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN
	SELECT RAISE(ABORT, 'a recorded entry is never deleted');
END;
CREATE TRIGGER line_stays BEFORE UPDATE ON journal_line BEGIN
	SELECT RAISE(ABORT, 'a journal line is never changed');
END;
CREATE TRIGGER line_kept BEFORE DELETE ON journal_line BEGIN
	SELECT RAISE(ABORT, 'a journal line is never deleted');
END;
CREATE TRIGGER move_stays BEFORE UPDATE ON stock_move BEGIN
	SELECT RAISE(ABORT, 'a stock move is never changed');
END;
CREATE TRIGGER move_kept BEFORE DELETE ON stock_move BEGIN
	SELECT RAISE(ABORT, 'a stock move is never deleted');
END;
