"""Networks of equal size."""

from __future__ import annotations

import pytest
from torch import nn

from geoinv.core.checks import InputError
from geoinv.experiments.shared.parameter_matching import match_parameters, parameter_count

pytest.importorskip("matplotlib")


def test_sizes_are_matched_within_five_percent_or_refused():
    def make(width):
        return nn.Linear(7, width)

    assert match_parameters(make, 8 * 33, range(1, 1000)) == 33
    assert parameter_count(make(33)) == 8 * 33
    with pytest.raises(InputError, match="within 5 %"):
        match_parameters(make, 8000, range(1, 100))
