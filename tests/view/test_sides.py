"""Bodies at the mesh's side are told of."""

from __future__ import annotations

import numpy as np
from view_subjects import ball, padded_grid

from geoinv.view.sides import sides_told
from geoinv.view.subject import subject_of


def told(values):
    return sides_told(subject_of(padded_grid().to_xarray(susceptibility=values)).model)


def test_a_body_inside_is_not_told_of():
    assert told(ball(padded_grid())) == ""
    assert told(np.zeros(padded_grid().shape)) == ""


def test_bodies_at_sides_are_told_with_their_strength():
    values = ball(padded_grid())
    values[2, 5, 0] = -0.02
    values[0, 5, 5] = 0.05
    values[5, 0, 5] = 0.01  # the tail of one
    assert told(values).startswith(
        "susceptibility is strong at the mesh's bottom (100 % of the largest), west side (40 % of the largest): "
    )
