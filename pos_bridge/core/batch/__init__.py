"""Batches: which sales are plain enough to be booked many at once, and what they come to together."""
