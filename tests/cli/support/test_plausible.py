"""Numbers that no survey and no rock has, each refused in a sentence."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import typer
from inversions import FIELD

from geoinv import InputError, Survey
from geoinv.cli.support.plausible import (
    base_level_of,
    components_of,
    reference_of,
    refuse_crossed_bounds,
    refuse_impossible_bounds,
    refuse_impossible_model,
    refuse_other_units,
    units_of,
)
from geoinv.conventions.quantities import QUANTITIES

SUSCEPTIBILITY, DENSITY = QUANTITIES["susceptibility"], QUANTITIES["density"]


def test_a_base_level_is_a_word_or_a_number():
    assert [base_level_of(text) for text in ("none", "fit", "-12.5")] == ["none", "fit", -12.5]
    for text in ("", "nan", "inf", "1e7", "Fit"):
        with pytest.raises(typer.BadParameter, match=r"--base-level expects none, fit or a value"):
            base_level_of(text)


def test_a_reference_is_a_number_or_a_file():
    assert reference_of("1e-3") == 1e-3
    assert reference_of("model.sus") == Path("model.sus")
    for text in ("nan", "-inf"):
        with pytest.raises(InputError, match=r"--reference expects a finite number, got "):
            reference_of(text)
    for text in ("", "  ", "a\0b"):
        with pytest.raises(typer.BadParameter, match=r"--reference expects a number or the name of a file"):
            reference_of(text)


def test_components_are_named_once_and_of_one_physics():
    assert components_of("tmi, buu") == ("tmi", "buu")
    assert components_of(None) is None
    for text in ("", "tmi,tmi", "tmi,gz", "total"):
        with pytest.raises(InputError, match=r"--components expects"):
            components_of(text)


@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        (1.0, 0.0, r"LOW below HIGH, got 1 and 0; swap them"),
        (1.0, 1.0, r"LOW below HIGH, got 1 and 1; leave room between them"),
        (math.nan, 1.0, r"LOW below HIGH, got nan and 1"),
        (-math.inf, -math.inf, r"LOW below HIGH"),
    ],
)
def test_crossed_bounds_are_rejected(low, high, sentence):
    with pytest.raises(InputError, match=sentence):
        refuse_crossed_bounds(low, high)


def test_bounds_that_no_matter_has_are_rejected():
    refuse_crossed_bounds(-math.inf, math.inf)
    refuse_impossible_bounds(-math.inf, math.inf, SUSCEPTIBILITY)
    refuse_impossible_bounds(-1.0, 5.0, SUSCEPTIBILITY)
    with pytest.raises(InputError, match=r"--bounds expects LOW as a susceptibility in SI between .*, got -2; give"):
        refuse_impossible_bounds(-2.0, 5.0, SUSCEPTIBILITY)
    with pytest.raises(InputError, match=r"--bounds expects HIGH as a density in kg/m3 between .*; give inf for none"):
        refuse_impossible_bounds(-100.0, 1e6, DENSITY)


def test_models_that_no_matter_has_are_rejected():
    refuse_impossible_model("a.sus", np.array([-0.5, 3.0]), SUSCEPTIBILITY)
    with pytest.raises(InputError, match=r"a\.sus expects .*got .* \(1 of 2 values\); mark cells without a value"):
        refuse_impossible_model("a.sus", np.array([10.0 * SUSCEPTIBILITY.highest, 0.0]), SUSCEPTIBILITY)
    with pytest.raises(InputError, match=r"a\.den expects density contrast"):
        refuse_impossible_model("a.den", np.array([1e7]), DENSITY)


def measured(values, deviation, components=("tmi",)):
    survey = Survey([0.0, 1.0], [0.0, 0.0], [1.0, 1.0], components=components, field=FIELD)
    return survey.with_data(values, deviation)


@pytest.mark.parametrize(
    ("values", "deviation", "sentence"),
    [
        ([[1e-8, 2e-8]], 1e-9, r"expects data in nT, got none beyond 2e-08; convert them .* \(1 T = 1e9 nT"),
        ([[5.0, -3e7]], 1.0, r"expects data in nT, got -3e\+07 at station 1 \(counted from 0; 1 of 2 data\); remove"),
        ([[5.0, 100.0]], 1e-14, r"standard deviations that a fit can reach, got 1e-14 nT beside data of 100 nT"),
        (
            [[0.5, -0.25]],
            1.0,
            r"above their noise, got none beyond 0\.5 nT .* of 1 nT and more; .* or lower --noise",
        ),
    ],
)
def test_data_of_another_unit_or_all_noise_are_rejected(values, deviation, sentence):
    survey = measured(values, deviation)
    with pytest.raises(InputError, match=sentence):
        refuse_other_units(Path("obs.mag"), survey, survey.uncertainty)


def test_usual_data_pass_and_units_are_named_once():
    survey = measured([[5.0, 100.0], [2.0, 3.0], [0.1, 0.2]], 0.01, ("tmi", "be", "buu"))
    refuse_other_units(Path("obs.mag"), survey, survey.uncertainty)
    assert units_of(survey) == "nT, nT/m"
