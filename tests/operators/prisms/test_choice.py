"""Which engine applies the magnetic operator, what it says, and that all of them agree where geometry is awkward."""

from __future__ import annotations

import re

import numpy as np
import numpy.testing as npt
import pytest
from choice_cases import GRID, WIDE, irregular, level, padded, scattered
from makers import ENGINES

import geoinv
from geoinv import InputError
from geoinv.operators import Magnetics


def test_the_rule_takes_the_gridded_engine_where_it_applies():
    A = Magnetics(WIDE, level((3.0, 4.0), (10.0, 10.0), (64, 64)))
    assert A.engine == "gridded"
    assert "least time for 200 applications" in A.choice.reason


def test_the_rule_takes_the_lattice_where_the_survey_is_irregular_over_cells_of_one_size():
    A = Magnetics(WIDE, scattered(3000), memory_budget=4e9)
    assert A.engine == "lattice"
    assert "gridded does not apply (stations are not spaced by whole cells along northing)" in A.choice.reason


def test_the_rule_takes_the_matrix_where_cells_differ_in_size_and_the_matrix_fits():
    A = Magnetics(padded(), scattered(), memory_budget=4e9)
    assert A.engine == "dense"
    assert "gridded and lattice do not apply (cells differ in width along northing)" in A.choice.reason


def test_the_rule_takes_the_direct_engine_where_the_matrix_does_not_fit():
    A = Magnetics(padded(), scattered(), memory_budget=5e7)
    assert A.engine == "direct"
    assert re.search(r"dense does not fit \(\d+ MB\)", A.choice.reason)


def test_the_estimate_is_what_the_choice_was_made_by():
    A = Magnetics(WIDE, scattered(), memory_budget=4e9)
    assert A.estimate() is A.choice.estimate
    assert f"{A.estimate().total:.2g} s" in A.choice.reason


def test_gridded_evaluates_its_kernel_anew_where_the_spectra_do_not_fit():
    survey = level((3.0, 4.0), (10.0, 10.0), (24, 24))
    deep = geoinv.Grid.regular((800, 16, 16), (10.0, 10.0, 10.0), (-8000.0, 0.0, 0.0))
    stored = Magnetics(deep, survey, engine="gridded", memory_budget=4e9)
    frugal = Magnetics(deep, survey, engine="gridded", memory_budget=0.9 * stored.estimate().memory)
    assert (stored.choice.settings["recompute"], frugal.choice.settings["recompute"]) == (False, True)
    model = np.random.default_rng(0).random(deep.shape)
    npt.assert_array_equal(frugal(model), stored(model))


def test_cells_that_differ_in_size_are_refused_by_the_lattice():
    with pytest.raises(InputError, match=r"engine='lattice' expects cells of one size.*, but cells differ in width"):
        Magnetics(padded(), scattered(), engine="lattice")


def test_an_error_below_what_interpolation_reaches_is_refused_by_the_lattice():
    told = r"'lattice' expects .*a moderate rtol.*, but a relative error of 1e-11 is below .* that fit: direct, dense"
    thin = geoinv.Grid.regular((2, 16, 16), (10.0, 10.0, 10.0), (-20.0, 200.0, 200.0))
    with pytest.raises(InputError, match=told):
        Magnetics(thin, scattered(), engine="lattice", rtol=1e-11)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_named_engine_is_taken(engine):
    A = Magnetics(GRID, level((3.0, 4.0), (20.0, 25.0), (6, 8)), engine=engine)
    assert A.engine == engine
    assert A.choice.reason == "named by the caller"


def test_what_does_not_fit_is_refused_with_the_bytes_and_the_engines_that_would():
    survey = level((3.0, 4.0), (10.0, 10.0), (64, 64))
    with pytest.raises(
        InputError, match=r"expects to fit in 200 MB of memory.*dense needs [\d.]+ GB.*that fit: direct"
    ):
        Magnetics(WIDE, survey, engine="dense", memory_budget=2e8)
    with pytest.raises(
        InputError, match=r"gridded needs [\d.]+ MB, lattice needs .*; engines that fit: none, use fewer cells"
    ):
        Magnetics(WIDE, survey, memory_budget=1e5)
    with pytest.raises(InputError, match=r"gridded needs [\d.]+ MB, lattice needs .*; engines that fit: direct"):
        Magnetics(WIDE, survey, engine="gridded", memory_budget=1e7)


@pytest.mark.parametrize(
    ("grid", "survey", "reason"),
    [
        (GRID, irregular(easting=0.1), "stations are not spaced by whole cells along easting"),
        (GRID, irregular(northing=-1e-6), "stations are not spaced by whole cells along northing"),
        (GRID, irregular(upward=1e-6), "stations differ in height"),
        (GRID, level((3.0, 4.0), (30.0, 25.0), (3, 3)), "stations are not spaced by whole cells along northing"),
        (
            geoinv.Grid([0.0, 25.0, 50.0, 80.0], [0.0, 20.0, 40.0], [-10.0, 0.0]),
            irregular(),
            "cells differ in width along easting",
        ),
        (
            geoinv.Grid([0.0, 25.0, 50.0], [0.0, 20.0, 40.01], [-10.0, 0.0]),
            irregular(),
            "cells differ in width along northing",
        ),
    ],
)
def test_gridded_is_refused_with_the_reason_where_it_does_not_apply(grid, survey, reason):
    expected = "engine='gridded' expects a regular survey over regular cells and a moderate rtol"
    sentence = f"{expected}, but {reason}; engines that fit: "
    with pytest.raises(InputError, match=re.escape(sentence)):
        Magnetics(grid, survey, engine="gridded")
    assert reason in Magnetics(grid, survey).choice.reason
