"""Labelled arrays: taken along their labels wherever plain ones are expected, or refused."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

import geoinv
from geoinv.algebra.matrices import MatrixOperator
from geoinv.core.labels import along_labels
from geoinv.formats import read_model, write_mesh, write_model
from geoinv.operators import Magnetics, MagneticSection
from geoinv.regularizers.weighting import depth_weighting

FIELD = geoinv.MainField(65.0, 25.0, 50000.0)
GRID = geoinv.Grid([0.0, 10.0, 20.0, 35.0], [0.0, 10.0, 30.0], [-30.0, -10.0, 0.0])
MODEL = 0.001 * np.arange(12.0).reshape(GRID.shape)
SURVEY = geoinv.Survey([5.0, 12.0, 31.0], [4.0, 18.0, 21.0], [3.0, 5.0, 4.0], components=("tmi", "bu"), field=FIELD)
A = Magnetics(GRID, SURVEY, engine="dense")


def turned(array):
    """The same with every axis in the other direction, and in another order."""
    back = array.isel({dim: slice(None, None, -1) for dim in array.dims})
    return back.transpose(*back.dims[::-1])


LABELLED = turned(GRID.to_xarray(susceptibility=MODEL).susceptibility)


def test_a_model_in_another_order_is_the_same_model():
    expected = A(MODEL)
    npt.assert_array_equal(A(LABELLED), expected)
    several = xr.concat([LABELLED, 2.0 * LABELLED], "draw").transpose(..., "draw")
    npt.assert_allclose(A(several), np.stack([expected, 2.0 * expected]))
    npt.assert_array_equal((2.0 * A)(LABELLED), 2.0 * expected)
    npt.assert_array_equal(GRID.to_xarray(susceptibility=LABELLED).susceptibility, MODEL)


def test_references_weights_bounds_and_starts_follow_their_labels():
    data = A(MODEL)
    plain = {"reference": 0.5 * MODEL, "weighting": MODEL + 1.0}
    labelled = {"reference": 0.5 * LABELLED, "weighting": LABELLED + 1.0}
    one, other = (
        geoinv.invert(A, data, 1.0, geoinv.Smooth(**arguments), bounds=(0.0, upper), initial=start, beta=1.0)
        for arguments, upper, start in ((plain, MODEL + 0.001, MODEL), (labelled, LABELLED + 0.001, LABELLED))
    )
    npt.assert_array_equal(one.model, other.model)


def test_active_cells_follow_their_labels():
    active = np.random.default_rng(0).random(GRID.shape) > 0.4
    labelled = turned(GRID.with_active(active).to_xarray().active)
    npt.assert_array_equal(GRID.with_active(labelled).active, active)
    down = geoinv.Grid(GRID.easting_edges[::-1], GRID.northing_edges, GRID.upward_edges[::-1], labelled)
    npt.assert_array_equal(down.active, active)


def test_a_surface_follows_its_labels():
    surface = np.arange(6.0).reshape(2, 3)
    labelled = xr.DataArray(surface, {"northing": GRID.northing, "easting": GRID.easting}, ("northing", "easting"))
    npt.assert_array_equal(depth_weighting(GRID, turned(labelled)), depth_weighting(GRID, surface))


def test_a_model_is_written_along_its_labels(tmp_path):
    write_mesh(tmp_path / "mesh.msh", GRID)
    write_model(tmp_path / "model.sus", GRID, LABELLED)
    npt.assert_allclose(read_model(tmp_path / "model.sus", GRID), MODEL)


def test_components_of_data_follow_their_labels():
    data = A(MODEL)
    swapped = xr.DataArray(data[::-1], {"component": ["bu", "tmi"]}, ("component", "station")).T
    expected = geoinv.invert(A, data, 1.0, beta=1.0)
    npt.assert_array_equal(geoinv.invert(A, swapped, 1.0, beta=1.0).data, expected.data)
    npt.assert_array_equal(A.T(swapped), A.T(data))


def test_data_of_stations_in_another_order_are_refused():
    B = Magnetics(GRID, SURVEY.with_components(("tmi",)), engine="dense")
    data = SURVEY.with_components(("tmi",)).with_data(B(MODEL)).to_xarray().tmi
    npt.assert_array_equal(geoinv.invert(B, data, 1.0, beta=1.0).data[0], data)
    with pytest.raises(
        geoinv.InputError, match="invert expects data at the stations of the operator's survey, in their"
    ):
        geoinv.invert(B, data[::-1], 1.0)


def test_a_section_is_taken_along_its_axes():
    section = MagneticSection((2, 3))
    plain = np.arange(6.0).reshape(2, 3)
    labelled = xr.DataArray(plain, {"depth": [0.5, 1.5]}, ("depth", "distance"))
    npt.assert_array_equal(section(labelled.T.isel(depth=[1, 0])), section(plain))


def test_labels_without_meaning_are_left_alone():
    operator = MatrixOperator(np.eye(3))
    npt.assert_array_equal(operator(xr.DataArray([1.0, 2.0, 3.0], {"x": [9, 5, 7]}, ("x",))), [1.0, 2.0, 3.0])
    npt.assert_array_equal(A(xr.DataArray(MODEL)), A(MODEL))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (
            LABELLED.rename(upward="z"),
            r"over the dimensions upward, northing, easting, got easting, northing, z; rename",
        ),
        (
            LABELLED.assign_coords(easting=LABELLED.easting + 5.0),
            "at the easting of its own cells, got .* where the mesh",
        ),
        (LABELLED.assign_coords(upward=-LABELLED.upward), "at the upward of its own cells"),
        (LABELLED.isel(northing=[0]), "at 2 places along northing, got 1"),
        (LABELLED.assign_coords(easting=[np.nan, 1.0, 2.0]), "at the easting of its own cells"),
        (LABELLED.assign_coords(easting=["a", "b", "c"]), "with easting 5.0, 15.0, 27.5, got a, b, c"),
    ],
)
def test_labels_of_another_mesh_are_refused_in_a_sentence(model, words):
    with pytest.raises(geoinv.InputError, match=words):
        A(model)


def test_a_plain_array_comes_back_as_it_is():
    assert along_labels("A", "the model", MODEL, ("upward", "northing", "easting")) is MODEL
