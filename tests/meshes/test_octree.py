"""Octrees beside discretize's TreeMesh, beside searches through all cells, and what they say to wrong input."""

from __future__ import annotations

import discretize
import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geoinv
from geoinv import Grid, InputError, OctreeGrid
from geoinv.meshes.base import AXES, Mesh
from geoinv.meshes.octree_order import place_in_order

ORIGIN = (-300.0, 7_100_000.0, 500_000.0)
SPACING = (2.0, 5.0, 10.0)


def random_octree(counts=(8, 16, 32), seed=0, split=0.4, holes=0.0) -> OctreeGrid:
    """Octree split at random down to the finest cells, neighbours of any ratio, in the order of cells."""
    random, width = np.random.default_rng(seed), min(counts)
    corner = width * np.array(list(np.ndindex(*(n // width for n in counts))))
    corners, widths = [], []
    while len(corner):
        divided = (random.random(len(corner)) < split + (1.0 - split) * (width == min(counts))) & (width > 1)
        corners.append(corner[~divided])
        widths.append(np.full(len(corners[-1]), width))
        width //= 2
        corner = (corner[divided][:, None] + width * np.array(list(np.ndindex(2, 2, 2)))).reshape(-1, 3)
    corner, width = np.concatenate(corners), np.concatenate(widths)
    order = np.argsort(place_in_order(corner, counts))
    active = random.random(len(order)) >= holes
    return OctreeGrid(corner[order], width[order], counts, SPACING, ORIGIN, active, crs="EPSG:26917")


def finest(mesh: OctreeGrid) -> np.ndarray:
    """Number of the cell that each finest cell belongs to, over the box."""
    cells = np.full(mesh.counts, -1)
    for number, (corner, width) in enumerate(zip(mesh.corner, mesh.width, strict=True)):
        block = tuple(slice(c, c + width) for c in corner)
        assert (cells[block] == -1).all()
        cells[block] = number
    assert (cells >= 0).all()
    return cells


def as_grid(mesh: OctreeGrid) -> Grid:
    """The same rock in equal cells."""
    return Grid.regular(mesh.counts, SPACING, ORIGIN).with_active(mesh.active[finest(mesh)])


def tree_mesh(counts=(16, 8, 8), points=4, seed=0, balance=True) -> discretize.TreeMesh:
    cells = [np.full(n, size) for n, size in zip(counts, SPACING[::-1], strict=True)]
    tree = discretize.TreeMesh(cells, origin=ORIGIN[::-1], diagonal_balance=balance)
    extent = np.array(counts) * SPACING[::-1]
    places = np.array(ORIGIN[::-1]) + np.random.default_rng(seed).random((points, 3)) * extent
    tree.refine_points(places, -1, finalize=True)
    return tree


octrees = st.builds(
    random_octree,
    counts=st.sampled_from([(4, 4, 4), (8, 4, 4), (2, 8, 4), (4, 4, 16), (1, 4, 2), (8, 8, 8)]),
    seed=st.integers(0, 10**6),
    split=st.floats(0.1, 0.9),
    holes=st.sampled_from([0.0, 0.3]),
)
boxes = st.sampled_from([(16, 8, 8), (8, 8, 8), (4, 16, 32), (32, 32, 8), (2, 2, 16)])


@settings(max_examples=20)
@given(counts=boxes, seed=st.integers(0, 10**6), points=st.integers(1, 8), balance=st.booleans())
def test_cells_and_their_order_are_those_of_discretize_there_and_back(counts, seed, points, balance):
    tree = tree_mesh(counts, points, seed, balance)
    mesh = OctreeGrid.from_discretize(tree)
    npt.assert_allclose(mesh.volumes, tree.cell_volumes)
    npt.assert_allclose(np.column_stack(mesh.centres), tree.cell_centers)
    npt.assert_array_equal(mesh.level, tree.max_level - tree.cell_levels_by_index(np.arange(tree.n_cells)))
    back = mesh.to_discretize()
    npt.assert_array_equal(back.cell_centers, tree.cell_centers)
    assert OctreeGrid.from_discretize(back).same_places(mesh)


@settings(max_examples=20)
@given(counts=boxes, seed=st.integers(0, 10**6), points=st.integers(1, 8))
def test_number_and_area_of_faces_are_those_of_discretize(counts, seed, points):
    tree = tree_mesh(counts, points, seed)
    for faces, name in zip(OctreeGrid.from_discretize(tree).faces(), "zyx", strict=True):
        column = "xyz".index(name)
        places, low = getattr(tree, f"faces_{name}"), tree.origin[column]
        high = low + tree.h[column].sum()
        inner = (places[:, column] > low + 1e-6) & (places[:, column] < high - 1e-6)
        hanging = len(getattr(tree, f"hanging_faces_{name}"))
        # each hanging face is a quarter of one that discretize counts as well
        assert faces.shape[0] == inner.sum() - hanging // 4 + hanging
        first = {"x": 0, "y": tree.n_faces_x, "z": tree.n_faces_x + tree.n_faces_y}[name]
        npt.assert_allclose(faces.area.sum(), tree.face_areas[first : first + len(places)][inner].sum())


@settings(max_examples=25)
@given(octrees)
def test_faces_are_all_pairs_of_neighbours_whatever_their_ratio(mesh):
    cells, centres = finest(mesh), np.column_stack(mesh.centres[::-1])
    for place, faces in enumerate(mesh.faces()):
        assert faces.axis == AXES[place]
        before = np.take(cells, range(mesh.counts[place] - 1), axis=place).ravel()
        after = np.take(cells, range(1, mesh.counts[place]), axis=place).ravel()
        pairs, shared = np.unique(np.column_stack([before, after])[before != after], axis=0, return_counts=True)
        npt.assert_array_equal(np.column_stack([faces.before, faces.after]), pairs.reshape(-1, 2))
        npt.assert_allclose(faces.area, shared * np.prod(SPACING) / SPACING[place])
        npt.assert_allclose(faces.distance, centres[faces.after, place] - centres[faces.before, place])
        npt.assert_array_equal(faces.both_active, mesh.active[faces.before] & mesh.active[faces.after])


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("which", ["difference", "mean"])
def test_adjoints_are_transposes_and_add_to_what_is_there(place, which):
    mesh, random = random_octree(), np.random.default_rng(2)
    faces = mesh.faces()[place]
    model, values = random.standard_normal((3, *mesh.shape)), random.standard_normal((3, *faces.shape))
    forward = getattr(faces, which)(model)
    expected = model[:, faces.after] - model[:, faces.before]
    npt.assert_allclose(forward, expected if which == "difference" else 0.5 * expected + model[:, faces.before])
    back = {"difference": faces.adjoint, "mean": faces.mean_adjoint}[which]
    transposed = back(values)
    npt.assert_allclose(np.vdot(forward, values), np.vdot(model, transposed))
    out = model.copy()
    assert back(values, out) is out
    npt.assert_allclose(out, model + transposed)


@settings(max_examples=25)
@given(octrees, st.integers(0, 99))
def test_points_touch_and_lie_inside_what_they_do_among_equal_cells(mesh, seed):
    grid, cells, random = as_grid(mesh), finest(mesh).ravel(), np.random.default_rng(seed)
    steps = random.integers(-1, 2 * np.max(mesh.counts) + 3, (60, 3)) * 0.5 + random.choice([0.0, 0.2], (60, 3))
    upward, northing, easting = (np.array(ORIGIN) + steps * SPACING).T
    expected = grid.touching(easting, northing, upward)
    npt.assert_array_equal(mesh.touching(easting, northing, upward), np.where(expected < 0, -1, cells[expected]))
    npt.assert_array_equal(mesh.inside_rock(easting, northing, upward), grid.inside_rock(easting, northing, upward))
    npt.assert_allclose(mesh.top_of_rock(easting, northing), grid.top_of_rock(easting, northing))


@settings(max_examples=25)
@given(octrees)
def test_columns_are_as_narrow_as_their_narrowest_cell_and_fill_the_plan(mesh):
    narrowest = np.zeros(mesh.counts[1:], int)
    widths = mesh.width[finest(mesh)].min(axis=0)
    for easting, northing in zip(*mesh.columns(), strict=True):
        place = [(northing - ORIGIN[1]) / SPACING[1], (easting - ORIGIN[2]) / SPACING[2]]
        width = widths[int(place[0]), int(place[1])]
        block = tuple(slice(round(middle - 0.5 * width), round(middle + 0.5 * width)) for middle in place)
        assert (widths[block] == width).all()
        narrowest[block] += 1
    assert (narrowest == 1).all()


def test_an_octree_is_a_mesh():
    mesh = random_octree(holes=0.3)
    assert isinstance(mesh, Mesh)
    assert mesh.dims == ("cell",)
    assert mesh.bounds == {"upward": (-300.0, -284.0), "northing": (7.1e6, 7.1e6 + 80.0), "easting": (5e5, 5e5 + 320.0)}
    npt.assert_allclose(mesh.volumes.sum(), 16.0 * 80.0 * 320.0)
    assert mesh.smallest_width("northing") == 5.0
    assert not mesh.active.flags.writeable
    assert repr(mesh).startswith(
        f"OctreeGrid of {mesh.size} cells, finest 2 x 5 x 10 m (upward, northing, easting), ea"
    )


def test_topography_cuts_cells_by_their_centres():
    mesh = random_octree()
    ground = np.array([(e, n, -292.5) for e in (4e5, 6e5) for n in (7e6, 7.2e6)])
    cut = mesh.with_topography(ground)
    npt.assert_array_equal(cut.active, mesh.centres[2] < -292.5)
    assert cut.crs == mesh.crs
    with pytest.raises(InputError, match=r"expects ground above -299 m, its lowest cell centre"):
        mesh.with_topography(ground - [0.0, 0.0, 100.0])
    with pytest.raises(InputError, match="expects topography over it"):
        mesh.with_topography(ground - [-3e5, 0.0, 0.0])


@settings(max_examples=15)
@given(octrees)
def test_any_octree_survives_xarray_exactly(mesh):
    model = np.arange(float(mesh.size))
    data = mesh.to_xarray(susceptibility=model)
    back = OctreeGrid.from_xarray(data)
    assert back.same_places(mesh)
    assert back.crs == mesh.crs
    npt.assert_array_equal(back.active, mesh.active)
    npt.assert_array_equal(data.susceptibility, np.where(mesh.active, model, np.nan))
    assert data.susceptibility.attrs["units"] == "1"
    assert data.easting.attrs["bounds"] == "easting_bounds"


def test_voxels_in_pyvista_are_the_cells():
    pytest.importorskip("pyvista")
    mesh = random_octree(holes=0.2)
    voxels = mesh.to_pyvista(susceptibility=np.arange(float(mesh.size)))
    npt.assert_allclose(voxels.cell_centers().points, np.column_stack(mesh.centres), rtol=1e-6)
    npt.assert_allclose(voxels.compute_cell_sizes()["Volume"], mesh.volumes, rtol=1e-4)
    npt.assert_array_equal(np.isnan(voxels["susceptibility"]), ~mesh.active)


def arguments(**changes):
    """What makes two cells of width 2 beside each other, with changes."""
    usual = {"corner": [[0, 0, 0], [0, 0, 2]], "width": [2, 2], "counts": (2, 2, 4), "spacing": (1.0, 1.0, 1.0)}
    return usual | changes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"counts": (2, 2, 3)}, r"powers of two .* as numbers of finest cells, got \(2, 2, 3\)"),
        ({"counts": (2, 2)}, r"counts of shape \(3,\), got \(2,\)"),
        ({"counts": (2**21, 2**21, 2**21)}, "powers of two up to 2097152"),
        ({"spacing": (1.0, 0.0, 1.0)}, "positive spacing, got 0.0"),
        ({"spacing": 1.0}, r"spacing of shape \(3,\)"),
        ({"origin": (0.0, np.nan, 0.0)}, "finite origin"),
        ({"width": [2, 3]}, "widths that are powers of two up to 2, the shortest side of its box, got 3 for cell 1"),
        ({"width": [2, 0]}, "got 0 for cell 1"),
        ({"width": [2.5, 2]}, "width as whole numbers .* got 2.5"),
        ({"width": []}, r"width of shape \(cells,\), got \(0,\)"),
        ({"corner": [[0, 0, 0], [0, 0, 1]]}, r"begin at a multiple of their width .* corner \(0, 0, 1\) with width 2"),
        ({"corner": [[0, 0, 0], [0, 0, 4]]}, "inside the box"),
        ({"corner": [[0, 0, 0]]}, r"corner of shape \(2, 3\), got \(1, 3\)"),
        ({"corner": [[0, 0, 0], [0, 0, 0]]}, "fill its box once, got 16 of 16 finest cells in them, or some twice"),
        ({"corner": [[0, 0, 0]], "width": [2]}, "fill its box once, got 8 of 16 finest cells"),
        ({"corner": [[0, 0, 2], [0, 0, 0]]}, "in the order of discretize, got cell 1 before those below it"),
        ({"active": [True]}, r"booleans of shape \(2,\) \(cell\), got bool of shape \(1,\)"),
        ({"active": np.ma.masked_array([True, True], [False, True])}, "active without masked values"),
    ],
)
def test_cells_that_are_no_octree_are_refused(changes, words):
    OctreeGrid(**arguments())
    with pytest.raises(InputError, match=words):
        OctreeGrid(**arguments(**changes))


def test_meshes_of_discretize_that_are_no_such_octree_are_refused():
    cells = [np.full(4, 1.0)] * 3
    uneven = discretize.TreeMesh([[1.0, 1.0, 2.0, 2.0], *cells[1:]], diagonal_balance=True)
    rough = discretize.TreeMesh(cells, diagonal_balance=True)
    uneven.finalize()
    flat = discretize.TreeMesh(cells[:2], diagonal_balance=True)
    flat.finalize()
    for mesh, words in [
        (discretize.TensorMesh(cells), "TreeMesh of 3 dimensions, got TensorMesh"),
        (flat, "TreeMesh of 3 dimensions"),
        (rough, "finalized TreeMesh"),
        (uneven, "finest cells of one width along easting, got 1 to 2 m"),
    ]:
        with pytest.raises(InputError, match=words):
            OctreeGrid.from_discretize(mesh)
    with pytest.raises(InputError, match=r"booleans of shape \(15,\) \(cell\), got bool of shape \(3,\)"):
        OctreeGrid.from_discretize(tree_mesh((4, 4, 4), 2), active=np.ones(3, bool))


def test_neighbours_that_differ_by_more_than_one_level_have_no_mesh_in_discretize():
    mesh = random_octree(split=0.5)
    with pytest.raises(InputError, match=f"would make .* cells of these {mesh.size}; split the wider ones"):
        mesh.to_discretize()


def test_datasets_that_are_no_octree_are_refused():
    data = random_octree().to_xarray()
    shifted = data.assign_coords(easting_bounds=data.easting_bounds + 3.0)
    for wrong, words in [
        (data.drop_vars("octree"), "got no octree; write the mesh with OctreeGrid.to_xarray"),
        (shifted, "whole multiples of the finest one, alike along all axes, got easting 500003 to"),
        (data.isel(cell=slice(None, None, -1)), "in the order of discretize"),
        (data.isel(cell=slice(5)), "fill its box once"),
    ]:
        with pytest.raises(InputError, match=words):
            OctreeGrid.from_xarray(wrong)


def test_the_octree_is_found_beside_the_grid():
    assert geoinv.OctreeGrid is OctreeGrid
