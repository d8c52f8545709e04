"""What may be asked of equivalent sources."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.equivalent_sources.quantities import DERIVED, components_needed, computed, refuse_unknown


def test_derivatives_of_a_projection_are_sums_over_the_tensor():
    projection = np.array([0.6, 0.0, -0.8])
    values = {name: np.array([float(place)]) for place, name in enumerate(components_needed(list(DERIVED), "tmi"), 1)}
    assert set(values) == {"bee", "ben", "beu", "bnn", "bnu", "buu"}
    npt.assert_allclose(
        computed("easting_derivative", "tmi", values, projection), 0.6 * values["bee"] - 0.8 * values["beu"]
    )
    npt.assert_allclose(
        computed("downward_derivative", "tmi", values, projection), -0.6 * values["beu"] + 0.8 * values["buu"]
    )


def test_gz_grows_downwards_as_minus_guu_falls_upwards():
    values = {"geu": np.zeros(1), "gnu": np.zeros(1), "guu": np.ones(1)}
    assert computed("downward_derivative", "gz", values, None).tolist() == [1.0]


@pytest.mark.parametrize(
    ("names", "base", "part"),
    [
        (["tmi", "tmi"], "tmi", "each once"),
        (["wrong"], "gz", "among gz"),
        ([], "gz", "got none"),
        (["tilt"], "bee", "of a field, got one of bee"),
    ],
)
def test_what_cannot_be_asked_is_said(names, base, part):
    with pytest.raises(InputError, match=part):
        refuse_unknown(names, base)
