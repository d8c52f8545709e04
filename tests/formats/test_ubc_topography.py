"""Points under their number."""

from __future__ import annotations

from pathlib import Path

import numpy.testing as npt
import pytest
from format_files import written

from geoinv import InputError, formats
from geoinv.formats.base import Head
from geoinv.formats.ubc_topography import FORMAT


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2\n1 2 3\n4 5 6\n", True),
        ("2.0\n1 2 3\n4 5 6\n", True),
        ("! ground\n1\n1 2 3\n", True),
        ("2.5\n1 2 3\n4 5 6\n", False),
        ("x\n1 2 3\n", False),
        ("2\n1 2 3 4\n", False),
        ("2\n", False),
        ("1 2 3\n4 5 6\n", False),
    ],
)
def test_a_count_above_rows_of_three_numbers_is_recognised(text: str, known: bool, tmp_path: Path) -> None:
    assert FORMAT.recognises(Head(written(tmp_path, text))) is known


def test_points_are_read_and_counted(tmp_path: Path) -> None:
    points = formats.read_topography(written(tmp_path, "2\n500000 6200000 10.5\n500010 6200000 -3\n"))
    npt.assert_array_equal(points, [[500000.0, 6200000.0, 10.5], [500010.0, 6200000.0, -3.0]])
    with pytest.raises(InputError, match=r"any\.thing.*2.*3"):
        formats.read_topography(written(tmp_path, "3\n1 2 3\n4 5 6\n"))
