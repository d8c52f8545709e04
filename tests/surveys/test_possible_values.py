from __future__ import annotations

import numpy as np
import pytest

from geoinv import InputError
from geoinv.surveys.possible_values import refuse_impossible


def test_values_that_no_rock_has_are_refused() -> None:
    refuse_impossible("a.nc", np.array([-0.9, np.nan, 5.0]), "susceptibility")
    refuse_impossible("a.nc", np.array([-3000.0, np.nan, 3000.0]), "density")
    refuse_impossible("a.nc", np.array([1e9]), "conductivity")  # of which nothing is known
    with pytest.raises(InputError, match=r"a\.nc expects susceptibilities \(SI\) of -1 and more, got -1\.5 at \[1\]"):
        refuse_impossible("a.nc", np.array([0.0, -1.5]), "susceptibility")
    with pytest.raises(InputError, match=r"a\.den expects density contrast between .* kg/m3, got 2\.7e\+06 \(1 of 2 v"):
        refuse_impossible("a.den", np.array([0.0, 2.7e6]), "density")
    with pytest.raises(InputError, match=r"strength of the magnetization between 0 and inf A/m, got -1"):
        refuse_impossible("a.nc", np.array([-1.0]), "magnetization_amplitude")
