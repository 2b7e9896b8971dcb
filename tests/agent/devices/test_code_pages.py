"""The code pages: what we send is what the vectors say, which another maker's encoder is held to, too.

Its half is frontend/tests/codePages.test.ts.
"""

import json

import pytest

from pos_bridge.agent.devices.profile import CODE_PAGES
from vectors.code_pages import PATH, cases

KEPT = json.loads(PATH.read_text(encoding="utf-8"))["cases"]


def test_every_page_has_its_vector_and_is_sent_as_it_says():
	assert cases() == KEPT, "python -m vectors.code_pages writes them anew; look at the difference first"


@pytest.mark.parametrize("case", KEPT, ids=lambda case: case["codec"])
def test_no_byte_of_a_page_could_be_a_command(case):
	assert CODE_PAGES[case["page"]] == case["codec"]
	assert all(byte >= 0x80 for byte in bytes.fromhex(case["bytes"]))
