"""POS Bridge: the point of sale for ERPNext."""

__version__ = "0.3.0"
