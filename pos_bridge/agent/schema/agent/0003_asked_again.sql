-- Entries that the company keeps but has not booked: they are asked for again until it has decided.
CREATE INDEX forward_undecided ON forward (cursor) WHERE state = 'waiting';
