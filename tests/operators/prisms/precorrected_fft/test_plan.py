"""The plan of a pre-corrected FFT: where it applies, and what it promises."""

from __future__ import annotations

import re

import numpy as np
import numpy.testing as npt
import pytest
from lattice_cases import HILLS, at, draped, problem_of

import geoinv
from geoinv import InputError
from geoinv.operators import Magnetics
from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine
from geoinv.operators.prisms.precorrected_fft.plan import plan_of


def stretched(axis: str) -> geoinv.Grid:
    edges = {name: np.arange(5.0) for name in ("easting", "northing", "upward")}
    edges[axis][-1] = 5.0
    return geoinv.Grid(edges["easting"], edges["northing"], edges["upward"])


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        *(
            (problem_of(draped(2), grid=stretched(axis)), f"cells differ in width along {axis}")
            for axis in ("easting", "northing", "upward")
        ),
        (problem_of(draped(2), rtol=1e-14), "a relative error of 1e-14 is below what interpolation reaches"),
        (
            problem_of(draped(2), grid=geoinv.Grid.regular((4, 4, 4), (1e-4, 100.0, 100.0))),
            "cells differ so much in length and height that a station would have 1e+10 of them near",
        ),
        (problem_of(at([(0.0, 0.0, 1.0), (9e8, 0.0, 1.0)])), "stations lie 1.8e+07 cells apart along easting"),
    ],
)
def test_where_the_lattice_does_not_apply_the_reason_is_given(problem, reason):
    assert plan_of(problem) == reason
    with pytest.raises(TypeError, match=re.escape(reason)):
        LatticeEngine(problem)


def test_the_plan_that_the_choice_was_made_by_is_the_one_that_is_built(monkeypatch):
    A = Magnetics(HILLS, draped(20), engine="lattice")
    model = np.random.default_rng(1).random(HILLS.shape)
    expected = Magnetics(HILLS, draped(20), engine="direct")(model)
    monkeypatch.setattr("geoinv.operators.prisms.precorrected_fft.engine.plan_of", lambda problem: "planned twice")
    npt.assert_allclose(A(model), expected, rtol=0, atol=1e-6 * abs(expected).max())
    assert A.choice.settings["plan"] is not None
    assert Magnetics(HILLS, draped(20), engine="dense").choice.settings == {}


def test_a_tolerance_that_sampled_stations_miss_is_refused(monkeypatch):
    monkeypatch.setattr("geoinv.operators.prisms.precorrected_fft.engine.tolerance", lambda problem: 1e-12)
    with pytest.raises(InputError, match=r"expects a tolerance that its lattice can meet, got rtol 1e-12 where.*raise"):
        LatticeEngine(problem_of(draped(20)))
