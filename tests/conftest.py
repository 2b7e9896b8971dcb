"""Settings of all tests."""

from importlib.util import find_spec

from hypothesis import HealthCheck, settings

# Shared machines stall: a slow example is no failure, and nothing here asserts a time.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")

# They run on a bench, with its Python: scripts/test-on-erpnext.
collect_ignore = [] if find_spec("frappe") else ["site"]
