"""The pure middle: what a sale, an entry and a journal are, in the standard library only.

Nothing in here reads a clock, a file, a socket or a random number; callers pass those in.
"""
