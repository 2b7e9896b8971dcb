"""Carts for `benchmarks/parity.py`, and who computes them: ERPNext, our Python, the page's TypeScript."""
