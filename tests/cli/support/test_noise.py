"""Noise as text."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.cli.support.noise import Noise


@pytest.mark.parametrize(
    ("text", "share", "floor"),
    [
        ("2% + 5", 0.02, 5.0),
        ("5+2%", 0.02, 5.0),
        (" 2 % + 5 nT ", 0.02, 5.0),
        ("5", 0.0, 5.0),
        (".5nT", 0.0, 0.5),
        ("0.1 mGal + 1 %", 0.01, 0.1),
        ("3%", 0.03, 0.0),
        ("1e-1", 0.0, 0.1),
        ("1e+1 + 2.5e-1%", 0.0025, 10.0),
    ],
)
def test_percent_and_nanotesla_are_told_apart(text, share, floor):
    noise = Noise.parse(text)
    assert (noise.share, noise.floor) == pytest.approx((share, floor))


@pytest.mark.parametrize(
    "text", ["", "low", "2% 5", "2% + 3%", "5 + 5", "2% - 5 nT extra", "5 pT", "2% + 5 + 1", "0x10"]
)
def test_other_text_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match='such as "2% \\+ 5", got') as caught:
        Noise.parse(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["0", "-5", "-2% + 5", "0% + 0", "2% + -5", "1e999"])
def test_a_standard_deviation_that_is_not_above_zero_is_refused(text):
    with pytest.raises(InputError, match="--noise expects a standard deviation above zero"):
        Noise.parse(text)


def test_standard_deviation_is_the_share_of_the_size_of_a_datum_plus_the_floor():
    npt.assert_allclose(Noise.parse("2% + 5").uncertainty(np.array([[100.0, -100.0, 0.0]]), "nT"), [[7.0, 7.0, 5.0]])


def test_a_share_of_a_datum_of_zero_is_refused_with_the_remedy():
    with pytest.raises(InputError, match=r'datum of 0 at \[0, 2\] .*1 of 3 data\); add a floor, as in "3% \+ 1"'):
        Noise.parse("3%").uncertainty(np.array([[100.0, -100.0, 0.0]]), "nT")


def test_a_floor_in_the_unit_of_other_data_is_refused():
    noise = Noise.parse("2% + 0.05 mGal")
    npt.assert_allclose(noise.uncertainty(np.array([[10.0]]), "mGal"), [[0.25]])
    assert noise.text("mGal") == "2 % of the datum + 0.05 mGal"
    with pytest.raises(InputError, match="--noise expects a value in nT, the unit of the data, got mGal; convert it"):
        noise.uncertainty(np.array([[10.0]]), "nT")
