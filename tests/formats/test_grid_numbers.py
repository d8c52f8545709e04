"""Numbers of a grid on any number of lines."""

from __future__ import annotations

from pathlib import Path

import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.formats.grid_numbers import numbers_from
from geoinv.formats.text import TextLines


def test_numbers_may_be_broken_into_lines_anywhere(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("head\n1 2\n3\n4 5 6\n")
    text = TextLines.read(tmp_path / "a")
    npt.assert_array_equal(numbers_from(text, 1, 6), [1, 2, 3, 4, 5, 6])
    with pytest.raises(InputError, match="expects 7 values from here on on line 2, got 6"):
        numbers_from(text, 1, 7)
    with pytest.raises(InputError, match="expects numbers on line 1, got 'head'"):
        numbers_from(text, 0, 6)
