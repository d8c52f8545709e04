from __future__ import annotations

import math

import pytest

from geoinv import InputError
from geoinv.conventions.units import PROJECT_UNITS, required_unit, unit_of


@pytest.mark.parametrize(
    ("text", "dimension", "factor"),
    [
        ("m", "length", 1.0),
        ("Metres", "length", 1.0),
        ("m asl", "length", 1.0),
        ("metres above sea level", "length", 1.0),
        ("km", "length", 1000.0),
        ("cm", "length", 0.01),
        ("(ft)", "length", 0.3048),
        ("Feet", "length", 0.3048),
        ("US survey foot", "length", 1200 / 3937),
        ("us-ft", "length", 1200 / 3937),
        ("ftUS", "length", 1200 / 3937),
        ("1000 m", "length", 1000.0),
        ("0.3048 m", "length", 0.3048),
        ("nT", "magnetic field", 1.0),
        ("NT", "magnetic field", 1.0),
        ("nanoTesla", "magnetic field", 1.0),
        ("gammas", "magnetic field", 1.0),
        ("pT", "magnetic field", 1e-3),
        ("µT", "magnetic field", 1e3),
        ("μT", "magnetic field", 1e3),
        ("uT", "magnetic field", 1e3),
        ("mT", "magnetic field", 1e6),
        ("Tesla", "magnetic field", 1e9),
        ("1e-9 T", "magnetic field", 1.0),
        ("10^-9 T", "magnetic field", 1.0),
        ("gauss", "magnetic field", 1e5),
        ("mG", "magnetic field", 100.0),
        ("nT m-1", "magnetic gradient", 1.0),
        ("nT/m", "magnetic gradient", 1.0),
        ("nT m^-1", "magnetic gradient", 1.0),
        ("nT.m-1", "magnetic gradient", 1.0),
        ("nT per m", "magnetic gradient", 1.0),
        ("pT/m", "magnetic gradient", 1e-3),
        ("pT m-1", "magnetic gradient", 1e-3),
        ("nT/km", "magnetic gradient", 1e-3),
        ("nT/ft", "magnetic gradient", 1 / 0.3048),
        ("1", "susceptibility", 1.0),
        ("SI", "susceptibility", 1.0),
        ("10^-3 SI", "susceptibility", 1e-3),
        ("1e-5 SI", "susceptibility", 1e-5),
        ("10-3 SI", "susceptibility", 1e-3),
        ("cgs", "susceptibility", 4 * math.pi),
        ("1e-6 cgs", "susceptibility", 4e-6 * math.pi),
        ("A m-1", "magnetization", 1.0),
        ("A/m", "magnetization", 1.0),
        ("kg m-3", "density", 1.0),
        ("kg/m^3", "density", 1.0),
        ("kg m**-3", "density", 1.0),
        ("g/cm³", "density", 1000.0),
        ("g cm-3", "density", 1000.0),
        ("g/cc", "density", 1000.0),
        ("mGal", "gravity", 1.0),
        ("degrees_east", "angle", 1.0),
        ("degree_N", "angle", 1.0),
        ("°", "angle", 1.0),
        ("radians", "angle", 180 / math.pi),
    ],
)
def test_units_that_files_write_are_known(text: str, dimension: str, factor: float) -> None:
    unit = unit_of(text)
    assert unit is not None
    assert unit.dimension == dimension
    assert unit.factor == pytest.approx(factor, rel=1e-14)
    assert required_unit(text, dimension) == unit


@pytest.mark.parametrize(
    "text",
    [
        "",
        "furlong",
        "m agl",
        "K",
        "seconds since 1970-01-01",
        "m/s",
        "nT/s",
        "-1 m",
        "0 m",
        "nan m",
        "1e999 m",
        "x" * 9999,
    ],
)
def test_other_texts_are_no_unit(text: str) -> None:
    assert unit_of(text) is None


def test_a_unit_of_another_dimension_is_refused() -> None:
    assert required_unit(" - ", "length") is None
    with pytest.raises(InputError, match=r"longitudes and latitudes are not eastings .*project them to metres"):
        required_unit("degrees_east", "length")
    with pytest.raises(InputError, match="expected a unit of length, got 'nT', one of magnetic field"):
        required_unit("nT", "length")
    with pytest.raises(InputError, match=r"expected a known unit of magnetic field, got 'counts'; .* to nT"):
        required_unit("counts", "magnetic field")


def test_every_dimension_has_the_unit_of_the_project() -> None:
    for dimension, text in PROJECT_UNITS.items():
        unit = unit_of(text)
        assert unit is not None
        assert (unit.dimension, unit.factor) == (dimension, 1.0)
