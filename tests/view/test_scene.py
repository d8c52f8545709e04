"""The scene in three dimensions, and graphics that cannot draw it."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.image
import numpy as np
import numpy.testing as npt
import pytest
from view_subjects import CORNER, ball, padded_grid, solution, without

from geoinv import OctreeGrid
from geoinv.meshes.octree_refinement import Surface, refined
from geoinv.view import figure, view
from geoinv.view import picture as picture_module
from geoinv.view import scene as scene_module
from geoinv.view.slices import model_scale
from geoinv.view.subject import Subject, subject_of
from geoinv.view.window import window_of


def test_the_scene_is_drawn_or_the_picture_says_what_to_install(tmp_path):
    said = view(solution(), tmp_path / "solution.png")
    image = matplotlib.image.imread(tmp_path / "solution.png")
    assert min(image.shape[:2]) > 800
    assert (tmp_path / "solution.png").stat().st_size > 50_000
    if "without" in said:
        assert "libegl1 and libgl1-mesa-dri" in said
        pytest.skip("PyVista cannot draw on this machine")
    assert said == f"Wrote {tmp_path / 'solution.png'}."


def test_the_scene_stands_in_place_of_the_totals(monkeypatch):
    monkeypatch.setattr(picture_module, "render", lambda *_: np.ones((30, 40, 3)))
    last = figure(solution()).axes[-1]
    assert last.get_title(loc="left") == "(g) surfaces of susceptibility 0.01, 0.02, 0.035 SI"
    (inset,) = last.child_axes
    assert inset.images[0].get_array().shape[:2] == (30, 40)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "it ended by SIGSEGV"),
        ("raise RuntimeError('no display')", "RuntimeError: no display"),
        ("raise SystemExit(3)", "exit code 3"),
        ("pass", "No such file"),
    ],
)
def test_a_crash_of_the_graphics_costs_a_panel_and_names_the_packages(monkeypatch, tmp_path, command, reason):
    monkeypatch.setattr(scene_module, "_COMMAND", command)
    said = view(solution(), tmp_path / "out.png")
    assert reason in said
    assert "install the system packages libegl1 and libgl1-mesa-dri" in said
    assert (tmp_path / "out.png").stat().st_size > 50_000


def test_graphics_that_hang_are_given_up(monkeypatch, tmp_path):
    monkeypatch.setattr(scene_module, "_COMMAND", "import time; time.sleep(60)")
    monkeypatch.setattr(scene_module, "_PATIENCE", 0.2)
    assert "no picture after 0.2 s" in view(solution(), tmp_path / "out.png")


def test_without_pyvista_the_rest_is_drawn(monkeypatch, tmp_path):
    monkeypatch.setattr(scene_module, "find_spec", without("pyvista"))
    assert "pip install 'geoinv[view]'" in view(solution(), tmp_path / "out.png")
    assert (tmp_path / "out.png").exists()


def magnetized():
    """Dataset of the ball, magnetized downwards and towards north."""
    grid = padded_grid()
    strength = 100.0 * ball(grid)
    parts = {"easting": 0.0 * strength, "northing": 0.6 * strength, "upward": -0.8 * strength}
    return grid.to_xarray(**{f"magnetization_{axis}": values for axis, values in parts.items()})


def test_arrows_stand_in_the_strong_cells_and_point_along_the_magnetization():
    subject = subject_of(magnetized())
    model = subject.model
    assert model.vectors.shape == (3, *model.grid.shape)
    places, vectors = scene_module.arrows(model, window_of(subject))
    assert 10 < len(places) <= scene_module.MOST_ARROWS
    npt.assert_allclose(vectors, np.tile([0.0, 0.6, -0.8], (len(places), 1)), atol=1e-12)
    inside = np.linalg.norm(places - np.array([CORNER[2] + 800.0, CORNER[1] + 950.0, CORNER[0] + 180.0]), axis=1)
    assert (inside < 130.0).all()


def test_a_susceptibility_has_no_arrows():
    subject = subject_of(solution())
    model = subject.model
    places, _ = scene_module.arrows(model, window_of(subject))
    assert len(places) == 0


def test_a_picture_of_a_magnetization_is_drawn(tmp_path):
    said = view(magnetized(), tmp_path / "vectors.png")
    if "libegl1" in said:
        pytest.skip("PyVista cannot draw on this machine")
    assert said == f"Wrote {tmp_path / 'vectors.png'}."


def test_an_octree_is_drawn_as_the_cells_that_it_has():
    pytest.importorskip("pyvista")
    counts = (8, 16, 16)
    mesh = OctreeGrid(*refined(Surface(5, 5, np.full((6, 6), 6.0)), counts), counts, (2.0, 5.0, 10.0), (0.0, 7e6, 5e5))
    values = np.where(np.arange(mesh.size) % 7 == 0, -1.0, np.where(np.arange(mesh.size) % 5 == 0, 0.5, 0.0))
    model = subject_of(mesh.to_xarray(density=values)).model
    window = window_of(Subject("", model))
    window = replace(window, **{axis: mesh.bounds[axis] for axis in mesh.bounds})
    cells = scene_module._octree_cells(model, window, model_scale(model, window))
    body = scene_module._voxels(cells["voxel_points"], cells["voxels"], cells["voxel_values"])
    npt.assert_allclose(body.compute_cell_sizes()["Volume"].sum(), mesh.volumes[values != 0.0].sum(), rtol=1e-6)
    weak, strong = (scene_module._surface(body, sign, 0.7) for sign in (1.0, -1.0))
    assert weak.n_points == 0
    npt.assert_array_equal(np.unique(strong["values"]), [-1.0])
