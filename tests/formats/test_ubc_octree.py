"""UBC OcTree meshes and models on them, beside what discretize reads and writes."""

from __future__ import annotations

import discretize
import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoinv import Grid, InputError, OctreeGrid
from geoinv.formats import describe, read_mesh, read_model, recognise, write_mesh, write_model

HEAD = "4 2 2\n500000 7100000 120\n10 10 5\n"


def octree(counts=(16, 8, 8), seed=0) -> OctreeGrid:
    tree = discretize.TreeMesh(
        [np.full(n, size) for n, size in zip(counts, (10.0, 5.0, 2.5), strict=True)],
        origin=[500_000.25, 7_100_000.5, -300.0],
        diagonal_balance=True,
    )
    extent = np.array(counts) * [10.0, 5.0, 2.5]
    tree.refine_points(tree.origin + np.random.default_rng(seed).random((4, 3)) * extent, -1, finalize=True)
    return OctreeGrid.from_discretize(tree)


@settings(max_examples=10)
@given(st.sampled_from([(16, 8, 8), (4, 4, 32), (8, 8, 8)]), st.integers(0, 10**6))
def test_meshes_and_models_are_those_that_discretize_writes_and_reads(tmp_path_factory, counts, seed):
    folder, mesh = tmp_path_factory.mktemp("octree"), octree(counts, seed)
    tree, model = mesh.to_discretize(), np.random.default_rng(1).random(mesh.size)
    tree.write_UBC(folder / "theirs.msh", models={folder / "theirs.sus": model})
    theirs = read_mesh(folder / "theirs.msh")
    assert theirs.same_places(mesh)
    npt.assert_allclose(read_model(folder / "theirs.sus", theirs), model)
    write_mesh(folder / "ours.msh", mesh)
    write_model(folder / "ours.sus", mesh, model)
    back = discretize.TreeMesh.read_UBC(folder / "ours.msh")
    npt.assert_allclose(back.cell_centers, np.column_stack(mesh.centres), rtol=0, atol=1e-3)
    npt.assert_allclose(back.read_model_UBC(folder / "ours.sus"), model)


def test_a_mesh_comes_back_exactly_and_inactive_cells_by_their_mark(tmp_path):
    mesh = octree()
    mesh = mesh.with_active(np.arange(mesh.size) % 3 > 0)
    model = np.where(mesh.active, np.arange(mesh.size) / 7.0, np.nan)
    write_mesh(tmp_path / "mesh.msh", mesh)
    write_model(tmp_path / "model.den", mesh, model, "density")
    back = read_mesh(tmp_path / "mesh.msh")
    assert back.same_places(mesh)
    assert back.active.all()
    npt.assert_allclose(read_model(tmp_path / "model.den", back, "density"), model)
    assert recognise(tmp_path / "mesh.msh").name == "UBC OcTree mesh"
    told = describe(tmp_path / "mesh.msh")
    assert f"{mesh.size} cells, {mesh.size} active" in told
    assert "cells 10 to 40 m along easting" in told


def test_what_follows_the_counts_on_the_first_line_is_not_read(tmp_path):
    path = tmp_path / "mesh.msh"
    path.write_text(HEAD.replace("4 2 2", "4 2 2 1 4 1 2 1 2 ! core") + "2\n1 1 1 2\n3 1 1 2\n")
    mesh = read_mesh(path)
    npt.assert_array_equal(mesh.corner, [[0, 0, 0], [0, 0, 2]])
    assert mesh.bounds == {"upward": (110.0, 120.0), "northing": (7.1e6, 7_100_020.0), "easting": (5e5, 500_040.0)}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("4 2 3\n0 0 0\n1 1 1\n2\n1 1 1 2\n3 1 1 2\n", "powers of two up to .* as numbers of finest cells"),
        ("0 2 2\n0 0 0\n1 1 1\n1\n1 1 1 2\n", "numbers of finest cells .* on line 1"),
        (HEAD + "3\n1 1 1 2\n3 1 1 2\n", "expects 3 rows of cells, as line 4 says, got 2; copy the file again"),
        (HEAD + "2\n1 1 1 2\n3 1 1\n", "4 columns, as on line 5"),
        (HEAD + "2\n1 1 1 2\n3 1 1.5 2\n", "whole numbers of finest cells on line 6"),
        (HEAD + "2\n3 1 1 2\n1 1 1 2\n", "easting fastest, then northing, then down, on line 5"),
        (HEAD + "2\n1 1 1 2\n5 1 1 2\n", "cells inside the box of line 1 on line 6"),
        (HEAD + "2\n0 1 1 2\n3 1 1 2\n", "cells inside the box of line 1 on line 5"),
        (HEAD + "2\n1 1 1 2\n1 1 1 2\n", "fill its box once"),
        (HEAD + "2\n1 1 1 2\n3 1 1 1\n", "fill its box once, got 9 of 16"),
        (HEAD + "2\n1 1 1 2\n2 1 1 2\n", "begin at a multiple of their width"),
        (HEAD.replace("10 10 5", "10 0 5") + "2\n1 1 1 2\n3 1 1 2\n", "positive spacing"),
    ],
)
def test_files_that_are_no_octree_are_refused(tmp_path, content, words):
    (tmp_path / "mesh.msh").write_text(content)
    with pytest.raises(InputError, match=words):
        read_mesh(tmp_path / "mesh.msh")


def test_models_of_other_cells_are_refused(tmp_path):
    mesh = octree()
    grid = Grid.regular((2, 2, 2), (1, 1, 1))
    write_model(tmp_path / "model.sus", grid, np.ones(grid.shape))
    with pytest.raises(InputError, match=f"expects {mesh.size} values, one for each of the {mesh.size} cells"):
        read_model(tmp_path / "model.sus", mesh)
