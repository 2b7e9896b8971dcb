"""Settings of all tests."""

import os
from importlib.util import find_spec

from hypothesis import HealthCheck, settings

# Shared machines stall: a slow example is no failure, and nothing here asserts a time.
# A clean clone answers the same twice; new examples are searched for where somebody looks at what is found.
settings.register_profile(
	"shared",
	deadline=None,
	suppress_health_check=[HealthCheck.too_slow],
	derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("shared")

# They run on a bench, with its Python: scripts/test-on-erpnext.
collect_ignore = [] if find_spec("frappe") else ["site"]
