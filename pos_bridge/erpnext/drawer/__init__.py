"""Shift and drawer in ERPNext: counted, put in, taken out, closed; and what came after the closing."""
