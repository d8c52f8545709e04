"""What the variables of a Dataset are taken for."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from netcdf_files import mesh_data
from octree_makers import random_octree

from geoinv.conventions.variables import Numbers
from geoinv.formats.netcdf_content import (
    content_of,
    gridded_field_of,
    model_names,
    say_taken,
    surface_names,
    unknown_content,
)
from geoinv.formats.notes import collected


def plane(name: str, **attributes: str) -> xr.Dataset:
    axes = {"northing": [0.0, 10.0], "easting": [0.0, 10.0, 20.0]}
    return xr.Dataset({name: (("northing", "easting"), np.zeros((2, 3)), attributes)}, coords=axes)


def stations(**variables: tuple[str, list[float]]) -> xr.Dataset:
    return xr.Dataset({"easting": ("station", [0.0, 1.0]), "northing": ("station", [0.0, 1.0]), **variables})


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (mesh_data(), "model"),
        (mesh_data(susceptibility=None), "mesh"),
        (mesh_data().assign(tmi_predicted=("station", [1.0])), "solution"),
        (random_octree().to_xarray(), "mesh"),
        (stations(), "survey"),
        (xr.Dataset({"easting": ("a", [0.0]), "northing": ("b", [0.0])}), None),
        (plane("topography"), "topography"),
        (plane("dem", units="m"), "topography"),
        (plane("topography", units="nT"), "grid"),
        (plane("tmi", units="nT"), "grid"),
        (plane("magnetic_height"), "grid"),
        (xr.Dataset({"a": ("x", [1.0])}), None),
    ],
)
def test_content_is_known_by_dimensions_names_and_units(data: xr.Dataset, content: str | None) -> None:
    assert content_of(data) == content


def test_models_are_what_lies_over_the_axes_of_the_mesh() -> None:
    data = mesh_data(extra=(("northing", "easting"), np.zeros((3, 4))))
    assert model_names(data) == ["susceptibility"]
    tree = random_octree()
    assert model_names(tree.to_xarray(density=np.zeros(tree.shape))) == ["density"]


def test_another_grid_is_named_with_its_unit() -> None:
    assert surface_names(plane("tmi", units="nT")) == []
    assert gridded_field_of(plane("tmi", units="nT")) == "tmi (nT)"
    assert gridded_field_of(plane("intensity")) == "intensity (no units)"


def test_what_is_unknown_is_listed() -> None:
    sentence = unknown_content(xr.Dataset({"a": ("x", [1.0]), "b": ("x", [1.0])}))
    assert "got variables a, b; rename" in sentence
    assert "got variables none" in unknown_content(xr.Dataset())


def test_one_conversion_is_said_once_for_all_its_variables() -> None:
    values = np.zeros(1)
    with collected() as notes:
        say_taken(
            {"a": Numbers(values, "feet to m", 0), "b": Numbers(values, "", 0), "c": Numbers(values, "feet to m", 0)}
        )
    assert notes.taken == [("units", "a, c: feet to m")]
