"""Susceptibilities below that of nothing at all."""

from __future__ import annotations

import numpy as np
import pytest

from geoinv import InputError
from geoinv.surveys.susceptibility import LOWEST, refuse_below_vacuum


def test_what_can_be_passes():
    refuse_below_vacuum("a", np.array([LOWEST, 0.0, 10.0, np.nan, np.inf]))
    refuse_below_vacuum("a", np.array([]))
    refuse_below_vacuum("a", np.float64(-1.0))


def test_the_first_is_named_with_its_place_and_how_many_there_are():
    values = np.zeros((2, 3, 4))
    values[1, 0, 2] = -100.0
    values[1, 2, 3] = -1.5
    with pytest.raises(InputError, match=r"a\.nc expects .* -1 and more, got -100 at \[1, 0, 2\] \(2 of 24 v"):
        refuse_below_vacuum("a.nc", values)
    with pytest.raises(InputError, match=r"--reference expects .*, got -2; give it in SI$"):
        refuse_below_vacuum("--reference", np.float64(-2.0), "give it in SI")
