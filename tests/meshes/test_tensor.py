"""The grid: cells, round trips through xarray and discretize, topography, and what it says to wrong input."""

from __future__ import annotations

import re

import discretize
import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from makers import padded_grid, regular_grid

from geoinv import Grid, InputError

REGULAR = Grid.regular(shape=(2, 3, 4), spacing=(10.0, 20.0, 25.0), origin=(-20.0, 100.0, -50.0))
PADDED = padded_grid()
AXES = ("upward", "northing", "easting")


def assert_same(one: Grid, other: Grid, tolerance: float = 0.0) -> None:
    for axis in AXES:
        npt.assert_allclose(one.edges(axis), other.edges(axis), rtol=0, atol=tolerance)
    npt.assert_array_equal(one.active, other.active)
    assert one.crs == other.crs


def reversed_along(data: xr.Dataset, *axes: str) -> xr.Dataset:
    return data.isel({axis: slice(None, None, -1) for axis in axes})


edge_lists = st.tuples(st.floats(-1e4, 1e4), st.lists(st.floats(0.5, 100.0), min_size=1, max_size=5)).map(
    lambda parts: parts[0] + np.concatenate([[0.0], np.cumsum(parts[1])])
)


def test_a_regular_grid_starts_at_its_bottom_south_west_corner():
    npt.assert_array_equal(REGULAR.upward_edges, [-20.0, -10.0, 0.0])
    npt.assert_array_equal(REGULAR.northing_edges, [100.0, 120.0, 140.0, 160.0])
    npt.assert_array_equal(REGULAR.easting_edges, [-50.0, -25.0, 0.0, 25.0, 50.0])
    npt.assert_array_equal(REGULAR.easting, [-37.5, -12.5, 12.5, 37.5])
    assert REGULAR.shape == (2, 3, 4)
    assert REGULAR.size == 24
    assert REGULAR.active.all()


def test_volumes_are_products_of_widths_and_fill_the_grid():
    assert PADDED.volumes.shape == PADDED.shape
    npt.assert_allclose(PADDED.volumes[1, 2, 3], 15.0 * 10.0 * 10.0)
    npt.assert_allclose(PADDED.volumes.sum(), 140.0 * 70.0 * 60.0)


def test_descending_edges_are_sorted():
    grid = Grid([3.0, 1.0, 0.0], [0.0, 1.0], [0.0, -5.0])
    npt.assert_array_equal(grid.easting_edges, [0.0, 1.0, 3.0])
    npt.assert_array_equal(grid.upward_edges, [-5.0, 0.0])


def test_a_grid_is_frozen_and_keeps_nothing_of_the_caller():
    edges, active = np.array([0.0, 1.0, 2.0]), np.ones((1, 1, 2), bool)
    grid = Grid(edges, [0.0, 1.0], [0.0, 1.0], active)
    edges[0], active[0] = -9.0, False
    assert grid.easting_edges[0] == 0.0
    assert grid.active.all()
    for array in (grid.easting_edges, grid.active):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(AttributeError):
        grid.crs = "EPSG:4326"


def test_uniform_spacing_is_found_behind_rounding_and_nowhere_else():
    assert REGULAR.uniform_spacing("easting") == 25.0
    assert PADDED.uniform_spacing("easting") is None
    assert Grid.regular((1, 1, 300), (1, 1, 0.1), (0, 0, 6e6)).uniform_spacing("easting") == pytest.approx(0.1)
    assert Grid(np.cumsum(np.full(300, 33.3)), [0, 1], [0, 1]).uniform_spacing("easting") == pytest.approx(33.3)
    assert Grid([0.0, 1.0, 2.0 + 1e-6], [0, 1], [0, 1]).uniform_spacing("easting") is None
    assert Grid([0.0, 7.0], [0, 1], [0, 1]).uniform_spacing("easting") == 7.0


def test_with_active_keeps_cells_and_coordinate_system():
    grid = Grid([0, 1, 2], [0, 1], [0, 1], crs="EPSG:32633").with_active([[[True, False]]])
    assert grid.crs == "EPSG:32633"
    npt.assert_array_equal(grid.active, [[[True, False]]])


@given(edge_lists, edge_lists, edge_lists, st.randoms(use_true_random=False))
def test_any_grid_survives_xarray_exactly_in_any_order(easting, northing, upward, random):
    grid = Grid(easting, northing, upward, crs="EPSG:26917")
    grid = grid.with_active(np.array([random.random() < 0.7 for _ in range(grid.size)]).reshape(grid.shape))
    data = grid.to_xarray(susceptibility=np.arange(float(grid.size)).reshape(grid.shape))
    shuffled = reversed_along(data, "upward", "easting").transpose("easting", ...)
    assert_same(Grid.from_xarray(shuffled), grid)


def test_a_model_in_xarray_is_nan_where_inactive_and_carries_cf_names():
    grid = regular_grid()
    data = grid.to_xarray(susceptibility=np.full(grid.shape, 0.01))
    assert data.susceptibility.dims == AXES
    assert data.susceptibility.attrs["units"] == "1"
    npt.assert_array_equal(np.isnan(data.susceptibility), ~grid.active)
    assert data.upward.attrs["positive"] == "up"
    assert data.easting.attrs["bounds"] == "easting_bounds"
    npt.assert_array_equal(data.easting_bounds[:, 0], grid.easting_edges[:-1])


@pytest.mark.parametrize("crs", ["EPSG:26917", 'PROJCRS["NAD83 / UTM zone 17N",BASEGEOGCRS["NAD83"]]', None])
def test_the_coordinate_system_is_a_grid_mapping(crs):
    data = Grid([0, 1], [0, 1], [0, 1], crs=crs).to_xarray(susceptibility=[[[0.1]]])
    assert (data.susceptibility.attrs.get("grid_mapping") == "crs") == (crs is not None)
    assert Grid.from_xarray(data).crs == crs


def test_a_model_taken_out_of_the_dataset_still_knows_its_cells():
    model = PADDED.to_xarray(susceptibility=np.ones(PADDED.shape)).susceptibility
    assert_same(Grid.from_xarray(model), PADDED, tolerance=1e-12)
    assert_same(Grid.from_xarray(model[::-1, :, ::-1].transpose("northing", "easting", "upward")), PADDED, 1e-12)


def test_equally_spaced_centres_alone_are_enough_and_nan_is_air():
    values = np.where(regular_grid().active, 1.0, np.nan)
    grid = regular_grid()
    model = xr.DataArray(values, coords={axis: getattr(grid, axis) for axis in AXES}, dims=AXES)
    assert_same(Grid.from_xarray(model), grid, tolerance=1e-9)
    assert_same(Grid.from_xarray(model[:, ::-1, ::-1]), grid, tolerance=1e-9)


def test_a_grid_survives_discretize_in_its_cell_order():
    for grid in (REGULAR, PADDED):
        mesh = grid.to_discretize()
        back = Grid.from_discretize(mesh, active=grid.active.ravel())
        assert_same(back, grid, tolerance=1e-12)
        model = np.arange(grid.size, dtype=float).reshape(grid.shape)
        centres = mesh.cell_centers
        k, j, i = np.unravel_index(np.arange(grid.size), grid.shape)
        npt.assert_allclose(centres, np.column_stack([grid.easting[i], grid.northing[j], grid.upward[k]]), atol=1e-12)
        npt.assert_allclose(mesh.cell_volumes, grid.volumes.ravel())
        npt.assert_array_equal(model.ravel(), np.arange(grid.size))


def test_points_strictly_inside_a_cell_are_told_from_those_on_its_boundary():
    points = {
        (-30.0, 110.0, -5.0): (1, 0, 0),
        (49.9, 159.9, -19.9): (0, 2, 3),
        (-25.0, 110.0, -5.0): None,  # on a face between cells
        (-50.0, 110.0, -5.0): None,  # on the outside
        (50.0, 110.0, -5.0): None,
        (-30.0, 120.0, -10.0): None,  # on an edge
        (0.0, 120.0, 0.0): None,  # on a corner
        (-30.0, 110.0, 0.0): None,  # on the top
        (-30.0, 110.0, -1e-15): None,  # on the top but for rounding
        (-30.0, 110.0, -1e-9): (1, 0, 0),
        (-30.0, 110.0, 1e-9): None,
        (-60.0, 110.0, -5.0): None,
        (-30.0, 161.0, -5.0): None,
    }
    index, inside = REGULAR.cell_of(*np.array(list(points)).T)
    for row, within, expected in zip(index, inside, points.values(), strict=True):
        assert within == (expected is not None)
        assert not within or tuple(row) == expected


@pytest.mark.parametrize(("width", "corner"), [(0.1, 0.3), (33.3, -99.9), (1.1, 5e5), (0.7, 6e6 + 0.1)])
def test_points_on_edges_but_for_rounding_are_in_no_cell(width, corner):
    grid = Grid.regular((40, 1, 1), (width, 1.0, 1.0), (corner, 0.0, 0.0))
    edges = grid.upward_edges
    for points in (corner + width * np.arange(41), edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)):
        assert not grid.cell_of(np.full(41, 0.5), np.full(41, 0.5), points)[1].any()
    assert grid.cell_of(np.full(40, 0.5), np.full(40, 0.5), grid.upward)[1].all()


@given(st.floats(-70.0, 70.0), st.floats(-90.0, 30.0), st.floats(-10.0, 80.0))
def test_the_cell_of_a_point_holds_it(easting, upward, northing):
    (index,), (inside,) = PADDED.cell_of([easting], [northing], [upward])
    position = {"upward": upward, "northing": northing, "easting": easting}
    within = [
        min(position[axis] - PADDED.edges(axis)[i], PADDED.edges(axis)[i + 1] - position[axis])
        for axis, i in zip(AXES, index, strict=True)
    ]
    assert inside == (min(within) > 0.0) or abs(min(within)) < 1e-13


def test_cells_whose_centre_is_above_a_sloping_ground_are_air():
    grid = Grid.regular((4, 3, 5), (10.0, 10.0, 10.0), (-40.0, 0.0, 0.0))
    corners = [(e, n, -0.4 * e + 0.2 * n - 1.0) for e in (-5.0, 55.0) for n in (-5.0, 35.0)]
    ground = -0.4 * grid.easting + 0.2 * grid.northing[:, None] - 1.0
    expected = grid.upward[:, None, None] < ground
    assert 0 < expected.sum() < grid.size
    npt.assert_array_equal(grid.with_topography(corners).active, expected)
    npt.assert_array_equal(grid.with_topography(np.array(corners)[[2, 0, 3, 1]]).active, expected)


@pytest.mark.parametrize("origin", [(0.0, 0.0), (6.2e6, 4.5e5)])
def test_topography_as_a_grid_and_as_its_points_agree(origin):
    north, east = origin
    grid = Grid.regular((6, 8, 9), (5.0, 10.0, 10.0), (-20.0, north, east))
    axis = np.linspace(-20.0, 110.0, 14)
    elevation = 4.0 * np.sin(axis[:, None] / 20.0) + 3.0 * np.cos(axis / 30.0)
    relief = xr.DataArray(
        elevation, coords={"northing": north + axis, "easting": east + axis}, dims=("northing", "easting")
    )
    points = np.array([(east + e, north + n, elevation[j, i]) for j, n in enumerate(axis) for i, e in enumerate(axis)])
    expected = grid.with_topography(points).active
    assert 0 < expected.sum() < grid.size
    for form in (relief, relief.T, relief[::-1], relief[:, ::-1]):
        npt.assert_array_equal(grid.with_topography(form).active, expected)


def test_holes_in_a_topography_grid_are_filled_from_around():
    axis = np.arange(-10.0, 61.0, 10.0)
    relief = xr.DataArray(np.zeros((8, 8)), coords={"northing": axis, "easting": axis}, dims=("northing", "easting"))
    relief[3, 4] = np.nan
    grid = Grid.regular((4, 5, 5), (10.0, 10.0, 10.0), (-20.0, 0.0, 0.0))
    npt.assert_array_equal(grid.with_topography(relief).active[:, 2, 2], [True, True, False, False])


def test_outside_the_points_the_ground_is_that_of_the_nearest():
    grid = Grid.regular((4, 1, 10), (10.0, 10.0, 10.0), (-40.0, 0.0, 0.0))
    square = [(40.0, 0.0, -20.0), (60.0, 0.0, 0.0), (40.0, 10.0, -20.0), (60.0, 10.0, 0.0)]
    active = grid.with_topography(square).active[:, 0]
    npt.assert_array_equal(active[:, 0], [True, True, False, False])
    npt.assert_array_equal(active[:, -1], [True, True, True, True])


@pytest.mark.parametrize("points", [[(5.0, 5.0, -8.0)], [(0.0, 0.0, -8.0), (10.0, 5.0, -8.0), (20.0, 10.0, -8.0)]])
def test_one_point_or_points_on_a_line_still_give_a_ground(points):
    grid = Grid.regular((2, 2, 2), (10.0, 10.0, 10.0), (-20.0, 0.0, 0.0))
    npt.assert_array_equal(grid.with_topography(points).active[:, 0, 0], [True, False])


def test_topography_only_takes_cells_away():
    grid = regular_grid()
    lowered = grid.with_topography([(e, n, -9.0) for e in (-100.0, 100.0) for n in (0.0, 200.0)])
    npt.assert_array_equal(lowered.active, grid.active & (grid.upward < -9.0)[:, None, None])


def test_printing_tells_cells_extent_and_active_ones():
    text = repr(regular_grid())
    assert text.startswith("Grid 3 x 4 x 5 cells (upward, northing, easting), easting -30 to 32.5 m")
    assert text.endswith(f"{regular_grid().active.sum()} active")


def centres_only(upward: list[float]) -> xr.DataArray:
    coordinates = {"upward": upward, "northing": [0.0, 1.0], "easting": [0.0, 1.0]}
    return xr.DataArray(np.ones((len(upward), 2, 2)), coordinates, AXES)


def dataset(**changes: object) -> xr.Dataset:
    return REGULAR.to_xarray().assign_coords(**changes)


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (lambda: Grid([0, 1, 1], [0, 1], [0, 1]), "Grid expects positive easting cell widths, got 0.0 at [1]"),
        (lambda: Grid([0, 2, 1, 3], [0, 1], [0, 1]), "Grid expects positive easting cell widths, got -1.0 at [1]"),
        (lambda: Grid([0], [0, 1], [0, 1]), "Grid expects at least two easting edges in one row, got shape (1,)"),
        (
            lambda: Grid([[0, 1]], [0, 1], [0, 1]),
            "Grid expects at least two easting edges in one row, got shape (1, 2)",
        ),
        (lambda: Grid([0, np.nan], [0, 1], [0, 1]), "Grid expects finite easting edges, got nan at [1]"),
        (lambda: Grid([0, 1j], [0, 1], [0, 1]), "Grid expects easting edges to be real numbers, got complex numbers"),
        (
            lambda: Grid([0, 1], ["a", "b"], [0, 1]),
            "Grid expects northing edges to be real numbers, got values of type",
        ),
        (
            lambda: Grid([0, 1], [0, 1], [0, 1], np.ones((1, 2, 1), bool)),
            "Grid expects active cells as booleans of shape (1, 1, 1) (upward, northing, easting), got bool of shape",
        ),
        (
            lambda: REGULAR.with_active(np.ones(REGULAR.shape)),
            "Grid expects active cells as booleans of shape (2, 3, 4)",
        ),
        (lambda: Grid.regular((1, 2), (1, 1, 1)), "Grid.regular expects shape as three numbers (upward, northing,"),
        (
            lambda: Grid.regular(10, (1, 1, 1)),
            "Grid.regular expects shape as three numbers (upward, northing, easting)",
        ),
        (lambda: Grid.regular((1, 2, 2), 5.0), "Grid.regular expects spacing as three numbers"),
        (lambda: Grid.regular((1, 2, 2.5), (1, 1, 1)), "Grid.regular expects a shape of whole numbers above zero"),
        (lambda: Grid.regular((1, 0, 2), (1, 1, 1)), "Grid.regular expects a shape of whole numbers above zero"),
        (lambda: Grid.regular((1, 2, 2), (1, -1, 1)), "Grid.regular expects positive spacing, got -1.0 at [1]"),
        (lambda: Grid.regular((1, 1, 1), (1, 1, 1), (0, 0, np.inf)), "Grid expects finite easting edges, got inf"),
        (lambda: REGULAR.to_xarray(susceptibility=np.ones(24)), "expects susceptibility of shape (2, 3, 4) (upward,"),
        (lambda: Grid.from_xarray(dataset().rename(easting="x")), "expects coordinates upward, northing, easting, got"),
        (
            lambda: Grid.from_xarray(dataset(easting_bounds=(("easting", "b"), [[0, 9], [9, 20], [23, 30], [30, 40]]))),
            "the mesh expects easting cells that touch, got a gap or overlap of 3 m; check easting_bounds",
        ),
        (
            lambda: Grid.from_xarray(centres_only(upward=[0.0])),
            "expects upward with upward_bounds, upward_width or equally spaced centres, got centres alone, one; add",
        ),
        (
            lambda: Grid.from_xarray(centres_only(upward=[0.0, 1.0, 3.0])),
            "upward_width or equally spaced centres, got centres alone, 3 with spacings 1 to 2 m; add the bounds",
        ),
        (lambda: Grid.from_discretize(discretize.TensorMesh([2, 2])), "expects a TensorMesh of 3 dimensions, got Tens"),
        (
            lambda: Grid.from_discretize(discretize.TreeMesh([2, 2, 2], diagonal_balance=True)),
            "Grid.from_discretize expects a TensorMesh of 3 dimensions, got TreeMesh; resample the model onto a tensor",
        ),
        (
            lambda: Grid.from_discretize(REGULAR.to_discretize(), [True]),
            "expects active cells of shape (24,), got (1,)",
        ),
        (lambda: REGULAR.with_topography(np.ones((4, 2))), "expects points of shape (n, 3) (easting, northing, elevat"),
        (lambda: REGULAR.with_topography(np.ones((0, 3))), "expects points of shape (n, 3)"),
        (lambda: REGULAR.with_topography([[0, 110, np.nan]]), "the topography expects finite points, got nan"),
        (lambda: REGULAR.with_topography("topo.xyz"), "the topography expects points to be real numbers"),
        (
            lambda: REGULAR.with_topography([[5e5, 110, 0]]),
            "expects topography over it, got easting 500000 to 500000 m against -50 to 50 m; bring both into one",
        ),
        (
            lambda: REGULAR.with_topography([[0, 110, -100]]),
            "expects ground above -15 m, its lowest cell centre, got elevations -100 to -100 m; check that",
        ),
        (
            lambda: REGULAR.with_topography(xr.DataArray(np.ones((2, 2)), dims=("y", "x"))),
            "expects a grid over the coordinates (northing, easting), got dimensions y, x and coordinates none",
        ),
        (
            lambda: REGULAR.with_topography(xr.DataArray(np.ones((2, 2)), dims=("northing", "easting"))),
            "expects a grid over the coordinates (northing, easting), got dimensions northing, easting and coordinates",
        ),
    ],
)
def test_what_cannot_be_a_grid_is_said_in_a_sentence(attempt, sentence):
    with pytest.raises(InputError, match=re.escape(sentence)):
        attempt()


@pytest.mark.parametrize(
    "turned", [("upward",), ("easting", "upward"), ("northing",), ("upward", "northing", "easting")]
)
def test_active_cells_turn_with_edges_that_are_given_the_other_way(turned):
    edges = {
        "easting": np.arange(0.0, 50.0, 10.0),
        "northing": np.array([0.0, 5.0, 20.0]),
        "upward": [-60.0, -10.0, 0.0],
    }
    active = np.random.default_rng(2).random((2, 2, 4)) > 0.5
    expected = Grid(edges["easting"], edges["northing"], edges["upward"], active)
    places = [("upward", "northing", "easting").index(axis) for axis in turned]
    given = {axis: np.flip(values) if axis in turned else values for axis, values in edges.items()}
    got = Grid(given["easting"], given["northing"], given["upward"], np.flip(active, places))
    np.testing.assert_array_equal(got.active, expected.active)
    np.testing.assert_array_equal(got.upward_edges, expected.upward_edges)
