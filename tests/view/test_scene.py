"""The scene in three dimensions, and graphics that cannot draw it."""

from __future__ import annotations

import matplotlib.image
import numpy as np
import pytest
from view_subjects import solution, without

from geoinv.view import figure, view
from geoinv.view import picture as picture_module
from geoinv.view import scene as scene_module


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
