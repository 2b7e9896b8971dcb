"""The other side of devices, for tests: written from their specifications, not from our drivers."""
