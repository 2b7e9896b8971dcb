-- Customers who were new at a till, by the till's id; `customer` is whom the company knows: his own number or another's.
CREATE TABLE new_customer (
	id TEXT PRIMARY KEY,
	customer TEXT NOT NULL,
	record TEXT NOT NULL,
	mobile TEXT NOT NULL,
	email TEXT NOT NULL,
	recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX new_customer_of ON new_customer (customer);
CREATE INDEX entry_customer ON entry (iif(json_valid(text), json_extract(text, '$.body.customer'), NULL))
	WHERE kind IN ('sale', 'return');
