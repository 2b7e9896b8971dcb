-- What a card terminal was asked for and what it answered. Written before the terminal hears of it, and again
-- before a page hears of the answer. No card's number is ever in it: the last four digits, at most.
CREATE TABLE card_payment (
	position INTEGER PRIMARY KEY AUTOINCREMENT,
	ref TEXT NOT NULL UNIQUE,            -- the page's: <id of the cart>:<number of the attempt>
	cart TEXT NOT NULL,
	terminal TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('pay', 'refund', 'reversal')),
	against TEXT NOT NULL DEFAULT '',    -- of a reversal: the ref that it takes back
	amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
	currency TEXT NOT NULL,
	before_trace TEXT NOT NULL DEFAULT '',  -- the terminal's last known transaction when this one was asked for
	state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'declined', 'cancelled', 'failed', 'unsure', 'reversed')),
	result TEXT NOT NULL DEFAULT '{}',   -- JSON of texts: scheme, last_four, auth_code, trace, terminal_id, …
	reason TEXT NOT NULL DEFAULT '',
	decided_by TEXT NOT NULL DEFAULT '', -- 'person' where a person said what the terminal could not
	asked_at TEXT NOT NULL,
	changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX card_payment_of_cart ON card_payment (cart, position);
CREATE INDEX card_payment_open ON card_payment (terminal) WHERE state IN ('waiting', 'unsure');
