-- The entries of a shift are found by the id of its opening; most of all whether its closing is booked.
CREATE INDEX entry_of_shift ON entry (iif(json_valid(text), json_extract(text, '$.body.shift'), NULL), kind);
