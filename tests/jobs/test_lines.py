"""Lines of keys in TOML files."""

from __future__ import annotations

import pytest

from geoinv.jobs.lines import line_of

TEXT = """version = 1
# [mesh]
[ survey ]  # the data
"file" = "a = b"
target = 5

[inversion]
target = 1
[inversion.deep]
x = 1
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("version",), 1),
        (("survey",), 3),
        (("survey", "file"), 4),
        (("inversion", "target"), 8),
        (("inversion", "lost"), 7),
        (("inversion", "deep", "x"), 10),
        (("mesh", "file"), None),
        ((), None),
    ],
)
def test_a_key_is_found_in_its_own_table(place, line):
    assert line_of(TEXT, place) == line
