"""Every screen of the till, one after the other: for tests, and for the pictures in docs/screens."""
