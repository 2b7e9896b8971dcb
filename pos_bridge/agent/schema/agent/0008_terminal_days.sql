-- When a card terminal was asked to end its day, and what it answered. Written before the terminal hears of it.
CREATE TABLE terminal_day (
	position INTEGER PRIMARY KEY AUTOINCREMENT,
	ref TEXT NOT NULL UNIQUE,            -- the page's: <id of the shift>:<number of the attempt>
	terminal TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'failed', 'unsure')),
	after_payment INTEGER NOT NULL,      -- position of the newest card payment then: what follows came after this day
	trace TEXT NOT NULL DEFAULT '',      -- the terminal's number of it, where it says one
	lines TEXT NOT NULL DEFAULT '[]',    -- JSON of texts: its receipt, line by line
	reason TEXT NOT NULL DEFAULT '',
	asked_at TEXT NOT NULL,
	changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX terminal_day_of ON terminal_day (terminal, position);
