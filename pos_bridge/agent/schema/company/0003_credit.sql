-- Gift cards and store credit as they stand, what was done to them, and what is kept for a till.
CREATE TABLE credit (
	number TEXT PRIMARY KEY,
	kind TEXT NOT NULL,
	balance_minor INTEGER NOT NULL CHECK (balance_minor >= 0),
	overspent_minor INTEGER NOT NULL CHECK (overspent_minor >= 0),
	expires_on TEXT NOT NULL,
	issued INTEGER NOT NULL
) STRICT;
CREATE TABLE credit_move (
	entry TEXT NOT NULL,
	part TEXT NOT NULL,
	number TEXT NOT NULL REFERENCES credit,
	kind TEXT NOT NULL,
	amount_minor INTEGER NOT NULL,
	short_minor INTEGER NOT NULL,
	PRIMARY KEY (entry, part)
) STRICT;
CREATE INDEX moves_of_credit ON credit_move (number);
CREATE TABLE credit_lease (
	number TEXT NOT NULL REFERENCES credit,
	till TEXT NOT NULL,
	amount_minor INTEGER NOT NULL,
	until_ms INTEGER NOT NULL,
	PRIMARY KEY (number, till)
) STRICT;
CREATE TRIGGER credit_move_stays BEFORE UPDATE ON credit_move BEGIN
	SELECT RAISE(ABORT, 'a move of a credit is never changed');
END;
CREATE TRIGGER credit_move_kept BEFORE DELETE ON credit_move BEGIN
	SELECT RAISE(ABORT, 'a move of a credit is never deleted');
END;
