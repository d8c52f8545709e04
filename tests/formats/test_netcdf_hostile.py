"""netCDF files that others wrote otherwise, wrongly or on purpose: each read right, or refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
from netcdf_files import FIELD, mesh_data

from geoinv import InputError
from geoinv.formats import (
    describe,
    read_survey,
    write_netcdf,
)


def test_a_solution_without_positions_is_one_sentence(tmp_path: Path) -> None:
    from geoinv.view.subject import subject_of

    data = mesh_data().assign(tmi_observed=("station", [3.0, 4.0]), tmi_predicted=("station", [3.5, 4.5]))
    write_netcdf(tmp_path / "a.nc", data)
    assert "tmi_predicted 3.5 to 4.5" in describe(tmp_path / "a.nc")
    with pytest.raises(
        InputError, match="positions of the data of a solution, got no station_upward, station_northing"
    ):
        subject_of(tmp_path / "a.nc")


def compound(file: netCDF4.Dataset) -> Any:
    return file.createCompoundType(np.dtype([("a", "f8"), ("b", "f8")]), "pair")


def lists(file: netCDF4.Dataset) -> Any:
    return file.createVLType("f8", "list")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (compound, "expected numbers in tmi, got a compound type"),
        (lists, "expected numbers in tmi, got text or lists"),
        (lambda _: str, "expected numbers in tmi, got text"),
        (lambda _: "S1", "expected numbers in tmi, got text"),
    ],
)
def test_types_that_are_no_numbers_are_named(
    tmp_path: Path, make: Callable[[netCDF4.Dataset], Any], sentence: str
) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        file.createDimension("station", 2)
        for name in ("easting", "northing", "upward"):
            file.createVariable(name, "f8", ("station",))[:] = [1.0, 2.0]
        file.createVariable("tmi", make(file), ("station",))
    with pytest.raises(InputError, match=rf"a\.nc: {sentence}"):
        read_survey(tmp_path / "a.nc", field=FIELD)


@pytest.mark.parametrize(
    ("dims", "sentence"),
    [
        (("station", "other"), "tmi over station, got it over station, other"),
        ((), "tmi over station, got it over no dimension"),
        (("other",), "tmi over station, got it over other"),
    ],
)
def test_data_of_another_rank_are_refused(tmp_path: Path, dims: tuple[str, ...], sentence: str) -> None:
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as file:
        file.createDimension("station", 2)
        file.createDimension("other", 2)
        for name in ("easting", "northing", "upward"):
            file.createVariable(name, "f8", ("station",))[:] = [1.0, 2.0]
        file.createVariable("tmi", "f8", dims)[...] = 1.0
    with pytest.raises(InputError, match=rf"a\.nc: expected {sentence}"):
        read_survey(tmp_path / "a.nc", field=FIELD)
