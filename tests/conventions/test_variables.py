from __future__ import annotations

from typing import Any

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

from geoinv import InputError
from geoinv.conventions.variables import attribute_number, numbers


def variable(values: Any, **attributes: Any) -> xr.DataArray:
    return xr.DataArray(values, dims=[f"d{k}" for k in range(np.ndim(values))], name="v", attrs=attributes)


@pytest.mark.parametrize(
    ("units", "dimension", "expected", "taken"),
    [
        ("km", "length", [1000.0, 2000.0], "km, converted to m"),
        ("US survey foot", "length", [1200 / 3937, 2400 / 3937], "US survey foot, converted to m"),
        ("m", "length", [1.0, 2.0], ""),
        ("", "length", [1.0, 2.0], "no unit stated, taken as m"),
        ("pT", "magnetic field", [1e-3, 2e-3], "pT, converted to nT"),
        ("T", "magnetic field", [1e9, 2e9], "T, converted to nT"),
        ("nT m-1", "magnetic gradient", [1.0, 2.0], ""),
        ("cgs", "susceptibility", [4 * np.pi, 8 * np.pi], "cgs, converted to SI"),
        (1, "susceptibility", [1.0, 2.0], ""),
        ("furlong", None, [1.0, 2.0], ""),
    ],
)
def test_units_are_used_and_said(units: Any, dimension: str | None, expected: list[float], taken: str) -> None:
    found = numbers(variable([1.0, 2.0], units=units), dimension)
    npt.assert_allclose(found.values, expected, rtol=1e-14)
    assert found.taken == taken


def test_packed_integers_are_unpacked() -> None:
    packed = variable(np.array([-100, 100, -32767, 7, -32768], np.int16), scale_factor=0.5, add_offset=10.0)
    npt.assert_array_equal(numbers(packed).values, [-40, 60, np.nan, 13.5, np.nan])
    packed.attrs.update(_FillValue=np.int16(7), missing_value=np.int16(100))
    npt.assert_array_equal(numbers(packed).values, [-40, np.nan, -16373.5, np.nan, -16374])
    packed.attrs["valid_range"] = np.array([-200, 200], np.int16)
    npt.assert_array_equal(numbers(packed).values, [-40, np.nan, np.nan, np.nan, np.nan])
    unsigned = variable(np.array([-1, 1], np.int8), _Unsigned="true", scale_factor=2.0)
    npt.assert_array_equal(numbers(unsigned).values, [510, 2])


@pytest.mark.parametrize(
    ("values", "attributes", "expected"),
    [
        ([1.0, 9.969209968386869e36], {}, [1, np.nan]),
        (np.array([1.0, 9.96921e36], np.float32), {}, [1, np.nan]),
        (np.array([1, -2147483647], np.int32), {}, [1, np.nan]),
        (np.array([1, 65535], np.uint16), {}, [1, np.nan]),
        (np.array([1, 65535], np.uint16), {"_FillValue": np.uint16(1)}, [np.nan, 65535]),
        ([1.0, -99999.0], {}, [1, np.nan]),
        ([1.0, 5.0], {"missing_value": 5.0}, [1, np.nan]),
        ([1.0, 5.0], {"missing_value": np.array([5.0, 1.0])}, [np.nan, np.nan]),
        ([1.0, 5.0], {"valid_max": 4.0}, [1, np.nan]),
        ([1.0, 5.0], {"valid_min": 4.0}, [np.nan, 5]),
        ([[1.0], [-1e32]], {}, [[1], [np.nan]]),
    ],
)
def test_what_is_missing_becomes_nan(values: Any, attributes: dict[str, Any], expected: list[Any]) -> None:
    found = numbers(variable(values, **attributes))
    npt.assert_array_equal(found.values, expected)
    assert found.nulls == np.isnan(expected).sum()


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"positive": "down"}, [-1.0, -2.0]),
        ({"positive": "Up"}, [1.0, 2.0]),
        ({"standard_name": "depth"}, [-1.0, -2.0]),
        ({"standard_name": "depth", "positive": "up"}, [1.0, 2.0]),
        ({}, [1.0, 2.0]),
    ],
)
def test_depths_become_heights(attributes: dict[str, Any], expected: list[float]) -> None:
    found = numbers(variable([1.0, 2.0], units="m", **attributes), "length", height=True)
    npt.assert_array_equal(found.values, expected)
    assert found.taken == ("positive down, turned up" if expected[0] < 0 else "")


@pytest.mark.parametrize(
    ("values", "attributes", "sentence"),
    [
        (["a"], {}, "expected numbers in v, got text; write it as float64"),
        (np.array([(1.0, 2.0)], [("a", "f8"), ("b", "f8")]), {}, "expected numbers in v, got a compound type"),
        ([1j], {}, "got complex numbers"),
        (np.array(["2000-01-01"], "datetime64[s]"), {}, "expected numbers in v, got values of type datetime64"),
        (np.array([[1.0], [1.0, 2.0]], object), {}, "got text or lists"),
        ([np.inf], {}, r"expected finite numbers in v, got inf \(1 of 1 values\); remove"),
        ([1e300], {}, r"expected finite numbers in v, got 1e\+300"),
        (
            [1.0],
            {"scale_factor": "0.1"},
            "the attribute scale_factor of v as one finite number, got the text '0.1'; correct",
        ),
        ([1.0], {"scale_factor": [1.0, 2.0]}, "the attribute scale_factor of v as one finite number"),
        ([1.0], {"scale_factor": 0.0}, "expected scale_factor of v other than 0, got 0"),
        ([1.0], {"add_offset": np.nan}, "the attribute add_offset of v as one finite number, got 'nan'"),
        ([1.0], {"missing_value": "none"}, "the attribute missing_value of v as a number, got 'none'"),
        ([1.0], {"units": 5}, "v: expected a known unit of length, got '5'; convert the numbers to m"),
        ([1.0], {"units": "degrees_east"}, "v: expected lengths, got 'degrees_east': longitudes and latitudes are not"),
        ([1.0], {"standard_name": "longitude"}, "v: expected lengths, got longitudes or latitudes"),
        ([1.0], {"units": "nT"}, "v: expected a unit of length, got 'nT', one of magnetic field"),
        ([1.0], {"positive": "sideways"}, "the attribute positive of v as up or down, got 'sideways'"),
    ],
)
def test_what_is_no_number_is_said_in_a_sentence(values: Any, attributes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        numbers(variable(values, **attributes), "length", height=True)


def test_an_attribute_that_must_be_there_is_missed() -> None:
    assert attribute_number({"a": np.float32(2.5)}, "a", "the file") == 2.5
    with pytest.raises(InputError, match="the attribute b of the file as one finite number, got 'None'"):
        attribute_number({}, "b", "the file")
