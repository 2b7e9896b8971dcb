"""From entries to documents: claimed, made, compared, and kept as posted, held or waiting."""
