-- The daybook: entries verbatim, in the order in which they were recorded here.
CREATE TABLE entry (
	cursor INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	hash TEXT NOT NULL,
	text TEXT NOT NULL,
	till TEXT NOT NULL,
	chain TEXT NOT NULL,
	sequence INTEGER NOT NULL,
	kind TEXT NOT NULL,
	receipt_number TEXT NOT NULL,
	sent_by TEXT NOT NULL,
	hop TEXT NOT NULL,
	recorded_at TEXT NOT NULL,
	state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'posted', 'held', 'quarantined')),
	reason TEXT NOT NULL DEFAULT '',
	UNIQUE (chain, sequence)
) STRICT;
CREATE INDEX entry_in_state ON entry (state, cursor);
CREATE INDEX entry_receipt ON entry (receipt_number) WHERE receipt_number <> '';

-- One row per chain, so that heads and gaps cost nothing however long the chain grows.
CREATE TABLE chain (
	chain TEXT PRIMARY KEY,
	till TEXT NOT NULL,
	epoch INTEGER NOT NULL,
	head_sequence INTEGER NOT NULL,
	head_hash TEXT NOT NULL,
	entries INTEGER NOT NULL
) STRICT;
CREATE INDEX chain_of_till ON chain (till);

-- What a person has to look at; the same bytes are kept once.
CREATE TABLE quarantine (
	cursor INTEGER PRIMARY KEY,
	digest TEXT NOT NULL UNIQUE,
	raw BLOB NOT NULL,
	id TEXT NOT NULL,
	sent_by TEXT NOT NULL,
	hop TEXT NOT NULL,
	recorded_at TEXT NOT NULL,
	reason TEXT NOT NULL
) STRICT;

-- What the company has to hear of, and what it answered. The triggers make it impossible to record
-- something and forget to forward it: both are in one transaction.
CREATE TABLE forward (
	cursor INTEGER PRIMARY KEY,
	source TEXT NOT NULL CHECK (source IN ('entry', 'quarantine')),
	key TEXT NOT NULL,
	outcome TEXT,
	state TEXT,
	reason TEXT,
	answered_at TEXT,
	UNIQUE (source, key)
) STRICT;
CREATE INDEX forward_due ON forward (cursor) WHERE outcome IS NULL;
CREATE TRIGGER entry_is_forwarded AFTER INSERT ON entry BEGIN
	INSERT INTO forward (source, key) VALUES ('entry', NEW.id);
END;
CREATE TRIGGER quarantine_is_forwarded AFTER INSERT ON quarantine BEGIN
	INSERT INTO forward (source, key) VALUES ('quarantine', NEW.digest);
END;

-- Which till this is, and where its company answers. The token is needed in the clear: it is sent.
CREATE TABLE enrolment (
	only INTEGER PRIMARY KEY CHECK (only = 1),
	server TEXT NOT NULL,
	till TEXT NOT NULL,
	token TEXT NOT NULL,
	company TEXT NOT NULL,
	shop TEXT NOT NULL
) STRICT;
