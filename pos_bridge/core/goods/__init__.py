"""Goods as lines name them: told apart by batch and serial number."""
