-- The keys of the pages that may speak for this till. A row stays when it is revoked: its key must not come back.
CREATE TABLE paired_page (
	key TEXT PRIMARY KEY,             -- the page's public key, P-256, uncompressed point in base64url
	till TEXT NOT NULL,
	origin TEXT NOT NULL,
	scopes TEXT NOT NULL,             -- names with blanks between
	state TEXT NOT NULL CHECK (state IN ('waiting', 'paired', 'revoked')),
	first_seen_at TEXT NOT NULL,
	changed_at TEXT NOT NULL
) STRICT;

-- What happened to the agent itself: clock jumps, starts, pages let in and put out.
CREATE TABLE happening (
	position INTEGER PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	words TEXT NOT NULL,
	at TEXT NOT NULL
) STRICT;
