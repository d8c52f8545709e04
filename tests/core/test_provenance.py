"""What a result was made with, in words without addresses."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field

import numpy as np
import pytest
import xarray as xr

from geoinv.core.provenance import described


@dataclass
class Settings:
    rate: float
    table: np.ndarray = field(repr=False)
    _hidden: int = 3


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "text"])
def test_plain_values_stay_what_they_are(value):
    assert described(value) is value


def test_arrays_of_any_kind_are_told_by_their_content():
    values = np.arange(6.0).reshape(2, 3)
    digest = hashlib.sha256(values.tobytes()).hexdigest()[:16]
    expected = f"array of shape (2, 3), float64, sha256 {digest}"
    for one in (values, np.asfortranarray(values), values.tolist(), xr.DataArray(values)):
        assert described(one) == expected
    assert described(values + 1.0) != expected
    assert described(np.float32(0.5)) == 0.5
    assert described(np.array(7)) == 7


def test_lists_of_plain_values_stay_lists_and_rows_of_different_lengths_are_described_one_by_one():
    assert described([1, "a", None]) == [1, "a", None]
    assert described([[1.0], [1.0, 2.0]]) == [[1.0], [1.0, 2.0]]


def test_settings_show_what_is_public_of_them():
    assert described(Settings(0.1, np.zeros(3))) == "Settings(rate=0.1)"


def test_nothing_has_an_address_so_that_two_runs_say_the_same():
    class Named:
        def __repr__(self):
            return f"Named <at 0x{id(self):x}> at 0x{id(self):x}"

    assert described(object()) == "object"
    assert described(np.mean) == "numpy.mean"
    assert "0x" not in described(functools.partial(np.mean)).rpartition(" at ")[2]
    assert not described(Named()).endswith(f"{id(object()):x}")
