-- The returns of a sale are found by its id, so that nothing comes back twice.
CREATE INDEX return_of_sale ON entry (iif(json_valid(text), json_extract(text, '$.body.against.entry'), NULL))
	WHERE kind = 'return';
