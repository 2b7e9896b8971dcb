"""Figures on a real ERPNext; they run with the bench's own Python, on a disposable copy of its site."""
