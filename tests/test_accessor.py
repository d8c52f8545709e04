"""The accessor of xarray, and what notebooks show of objects."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import numpy.testing as npt
import pytest

import geoinv
from geoinv.accessor import Page
from geoinv.core.checks import InputError
from geoinv.operators import Magnetics

MESH = geoinv.Grid.regular((3, 4, 5), (20.0, 20.0, 20.0), (-60.0, 0.0, 0.0))
SURVEY = geoinv.Survey(
    [20.0, 50.0, 80.0], [20.0, 40.0, 60.0], [15.0, 15.0, 15.0], field=geoinv.MainField(60.0, 5.0, 5e4)
)


@pytest.fixture(scope="module")
def solution():
    A = Magnetics(MESH, SURVEY)
    model = np.zeros(MESH.shape)
    model[1, 1:3, 1:3] = 0.1
    return geoinv.invert(A, A(model), 1.0)


def test_a_dataset_gives_its_mesh_and_its_models(solution):
    pytest.importorskip("pyvista")
    data = solution.to_xarray()
    npt.assert_array_equal(data.geoinv.grid.edges("easting"), MESH.edges("easting"))
    assert data.geoinv.to_discretize().n_cells == MESH.to_discretize().n_cells
    shown = data.geoinv.to_pyvista()
    npt.assert_allclose(np.sort(shown["susceptibility"]), np.sort(solution.model.ravel()))
    with pytest.raises(InputError, match="with a model"):
        SURVEY.with_data(np.ones((1, 3)), 1.0).to_xarray().geoinv.to_pyvista()


def test_it_is_plotted_and_cut(solution):
    pytest.importorskip("matplotlib")
    data = solution.to_xarray()
    assert data.geoinv.plot(scene=False).axes
    titles = [ax.get_title(loc="left") for ax in data.geoinv.section("north=30", scene=False).axes]
    assert any("northing 30" in title for title in titles)


def test_a_notebook_shows_the_scene_in_a_frame_that_runs_only_its_own_scripts(solution):
    data = solution.to_xarray().assign_attrs(title='"><script>alert(1)</script>')
    page = data.geoinv.view()
    assert isinstance(page, Page)
    shown = page._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "<script" not in shown
    assert 'sandbox="allow-scripts"' in shown


def test_notebooks_show_lines_with_everything_escaped(solution):
    named = geoinv.Survey([1.0], [1.0], [1.0], field=SURVEY.field, crs="<script>alert(1)</script>")
    for shown, expected in (
        (named._repr_html_(), "&lt;script&gt;"),
        (SURVEY._repr_html_(), "3 stations"),
        (MESH._repr_html_(), "3 x 4 x 5 cells"),
        (solution._repr_html_(), "chi^2/N"),
        (solution.operator._repr_html_(), "engine"),
    ):
        assert expected in shown
        assert "<script" not in shown


def test_the_accessor_comes_with_xarray_and_not_before():
    script = (
        "import sys, geoinv; assert 'geoinv.accessor' not in sys.modules and 'xarray' not in sys.modules;"
        "import xarray; geoinv.datasets; assert hasattr(xarray.Dataset(), 'geoinv')"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    subprocess.run(
        [sys.executable, "-c", "import xarray, geoinv; assert hasattr(xarray.Dataset, 'geoinv')"], check=True
    )
