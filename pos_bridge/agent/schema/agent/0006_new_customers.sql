-- New customers' records on their way to the company; what it answered for keeps its answer and no personal data.
CREATE TABLE new_customer (
	id TEXT PRIMARY KEY,
	record TEXT NOT NULL,
	answer TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX new_customer_due ON new_customer (id) WHERE answer = '';
