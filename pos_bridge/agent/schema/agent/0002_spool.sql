-- What is to be printed, in order, and every opening of the drawer.
-- A row is never deleted: the caller's job id is what makes printing idempotent. The document is blanked
-- when the job is long done (MAX_KEPT_DOCUMENTS in devices/jobs.py).
CREATE TABLE print_job (
	position INTEGER PRIMARY KEY AUTOINCREMENT,
	job TEXT NOT NULL UNIQUE,
	printer TEXT NOT NULL,
	document TEXT NOT NULL,      -- canonical JSON, '' for a job that only opens the drawer
	kick INTEGER NOT NULL CHECK (kick IN (0, 1)),
	reason TEXT NOT NULL,        -- the caller's words: why it is printed or opened
	digest TEXT NOT NULL,        -- SHA-256 of printer, document and kick: the same job or another one
	repeats INTEGER NOT NULL DEFAULT 0,  -- times a person asked for it again; such paper says so
	state TEXT NOT NULL CHECK (state IN ('queued', 'printing', 'printed', 'unsure', 'failed')),
	explanation TEXT NOT NULL DEFAULT '',  -- our words: why it is in this state
	submitted_at TEXT NOT NULL,
	changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX print_job_unfinished ON print_job (printer, position) WHERE state IN ('queued', 'printing');

CREATE TABLE drawer_opening (
	opening INTEGER PRIMARY KEY AUTOINCREMENT,
	job TEXT NOT NULL UNIQUE REFERENCES print_job (job),
	printer TEXT NOT NULL,
	reason TEXT NOT NULL,
	opened_at TEXT NOT NULL,     -- when the pulse was about to be sent
	state TEXT NOT NULL CHECK (state IN ('opening', 'opened', 'unsure', 'not_opened'))
) STRICT;
