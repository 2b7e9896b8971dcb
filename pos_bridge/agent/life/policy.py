"""Policies that let the till's page reach the agent without a prompt: Chrome, Chromium, Edge, Firefox on
Linux.

It names one site only, and never overwrites a policy file that somebody else wrote.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

NAME = "pos-bridge.json"
_CHROMIUM_LIKE = ("etc/opt/chrome", "etc/chromium", "etc/opt/edge")
_FIREFOX = "etc/firefox/policies/policies.json"


@dataclass(frozen=True, slots=True)
class PolicyFile:
	"""A file and what has to be in it; `foreign` if there is another one already that has to be merged by
	hand.
	"""

	path: Path
	content: str
	foreign: bool


def policy_files(origin: str, root: Path = Path("/")) -> list[PolicyFile]:
	"""The files for the page of `origin`, such as https://erp.example.com."""
	ours = {"LoopbackNetworkAllowedForUrls": [origin], "LocalNetworkAccessAllowedForUrls": [origin]}
	chromium = [root / folder / "policies" / "managed" / NAME for folder in _CHROMIUM_LIKE]
	firefox = {"policies": {"LocalNetworkAccess": {"SkipDomains": [urlsplit(origin).hostname or ""]}}}
	return [*(_file(path, ours) for path in chromium), _file(root / _FIREFOX, firefox)]


def _file(path: Path, content: Mapping[str, object]) -> PolicyFile:
	text = json.dumps(content, indent="\t") + "\n"
	foreign = path.name != NAME and path.exists() and path.read_text(encoding="utf-8") != text
	return PolicyFile(path, text, foreign)


def write_policies(files: list[PolicyFile]) -> list[Path]:
	"""Write those that are ours to write; OSError where the rights are missing."""
	written = []
	for file in files:
		if file.foreign:
			continue
		file.path.parent.mkdir(parents=True, exist_ok=True)
		file.path.write_text(file.content, encoding="utf-8")
		written.append(file.path)
	return written
