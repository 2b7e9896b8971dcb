"""Bodies of the kinds of entries that are no sales: what they say, read and checked. It books nothing."""
