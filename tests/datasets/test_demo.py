"""The demo survey: a known model, honest noise, and files that come out the same every time."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import numpy.testing as npt
import pytest
from checkout import ROOT

from geoinv import InputError
from geoinv.datasets import BODIES, Demo, Ellipsoid, Sheet, demo_survey, ground, write_demo
from geoinv.datasets.demo import CLEARANCE
from geoinv.formats import read_mesh, read_model, read_survey, read_topography
from geoinv.operators import Magnetics

DATA = ROOT / "data"


@pytest.fixture(scope="module")
def demo() -> Demo:
    return demo_survey()


def test_the_committed_files_are_what_the_generator_writes(tmp_path):
    written = write_demo(tmp_path / "again")
    assert {path.name for path in written} == {path.name for path in DATA.glob("demo.*")}
    for path in written:
        assert path.read_bytes() == (DATA / path.name).read_bytes(), path.name


def test_the_committed_files_hold_the_demo(demo):
    survey = read_survey(DATA / "demo.mag")
    for name in ("easting", "northing", "upward", "data", "uncertainty"):
        npt.assert_array_equal(getattr(survey, name), getattr(demo.survey, name))
    assert survey.field == demo.survey.field
    topography = read_topography(DATA / "demo.topo")
    npt.assert_array_equal(topography, demo.topography)
    grid = read_mesh(DATA / "demo.msh").with_topography(topography)
    npt.assert_array_equal(grid.active, demo.grid.active)
    npt.assert_array_equal(np.nan_to_num(read_model(DATA / "demo.sus", grid)), demo.true_model)


def test_the_demo_is_small_enough_to_ship_and_to_invert(demo):
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 1.2e6
    assert 3e4 < demo.grid.size < 6e4
    assert 1500 <= demo.survey.stations <= 2000


def test_the_true_model_explains_the_data_up_to_the_noise_it_states(demo):
    predicted = Magnetics(demo.grid.with_active(demo.true_model > 0), demo.survey, engine="direct")(demo.true_model)
    residual = (demo.survey.data - predicted) / demo.survey.uncertainty
    stations = demo.survey.stations
    assert abs(residual.mean()) < 4.0 / np.sqrt(stations)
    assert abs((residual**2).mean() - 1.0) < 4.0 * np.sqrt(2.0 / stations)
    npt.assert_allclose(demo.survey.uncertainty, 2.0 + 0.01 * np.abs(predicted), atol=0.006)


def test_every_body_can_be_seen_above_the_noise(demo):
    for body in BODIES:
        mask = demo.true_model == body.susceptibility
        anomaly = Magnetics(demo.grid.with_active(mask), demo.survey, engine="direct")(demo.true_model)
        assert np.abs(anomaly).max() > 20.0 * demo.survey.uncertainty.min(), body.name


def test_stations_follow_the_ground_and_lie_outside_the_rock(demo):
    survey = demo.survey
    height = survey.upward - ground(survey.easting, survey.northing)
    assert np.abs(height - CLEARANCE).max() < 3.01
    cells, inside = demo.grid.cell_of(survey.easting, survey.northing, survey.upward)
    assert not demo.grid.active[tuple(cells[inside].T)].any()


def test_the_ground_is_rugged_and_no_cell_centre_lies_on_it(demo):
    elevation = ground(*np.meshgrid(demo.grid.easting, demo.grid.northing))
    assert np.ptp(elevation) > 100.0
    # a centre at the ground would be rock or air by its last digit
    assert np.abs(demo.grid.upward[:, None, None] - elevation).min() > 0.002
    npt.assert_array_equal(demo.grid.active, demo.grid.upward[:, None, None] < elevation)


def test_bodies_are_under_the_ground_and_apart(demo):
    upward, northing, easting = np.meshgrid(demo.grid.upward, demo.grid.northing, demo.grid.easting, indexing="ij")
    inside = np.array([body.contains(easting, northing, upward) for body in BODIES])
    assert inside.sum(axis=0).max() == 1
    assert not inside[:, ~demo.grid.active].any()


def volume(body: Ellipsoid | Sheet) -> float:
    if isinstance(body, Ellipsoid):
        return 4.0 / 3.0 * np.pi * float(np.prod(body.radii))
    return body.length * body.width * body.thickness


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
def test_cells_of_a_body_add_up_to_its_volume(demo, body):
    cells = demo.grid.volumes[demo.true_model == body.susceptibility].sum()
    assert cells == pytest.approx(volume(body), rel=0.05)


@pytest.mark.parametrize(
    ("strike", "down"),
    [(0.0, (30.0, 0.0)), (90.0, (0.0, -30.0)), (180.0, (-30.0, 0.0)), (270.0, (0.0, 30.0))],
)
def test_a_sheet_dips_to_the_right_of_its_strike(strike, down):
    sheet = Sheet("dyke", 0.1, (0.0, 0.0, 0.0), strike, dip=45.0, length=200.0, width=100.0, thickness=10.0)
    east, north = (np.array([value, -value]) for value in down)
    assert sheet.contains(east, north, np.array([-30.0, -30.0])).tolist() == [True, False]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
def test_the_readme_describes_every_body(body):
    (row,) = (line for line in (DATA / "README.md").read_text().splitlines() if line.startswith(f"| {body.name} |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert float(cells[2]) == body.susceptibility
    assert tuple(float(value) for value in cells[3].split(",")) == body.centre
    if isinstance(body, Sheet):
        assert f"strike {body.strike:g}, dip {body.dip:g} degrees" in cells[1]
        sizes = (body.length, body.width, body.thickness)
    else:
        sizes = body.radii
    assert all(f"{size:g} m" in cells[4] for size in sizes)


def test_a_place_that_is_a_file_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "data").write_text("mine\n")
    with pytest.raises(InputError, match=r"data expects a place for a folder, got .*; choose another"):
        write_demo(tmp_path / "data")
    assert (tmp_path / "data").read_text() == "mine\n"


def test_the_generator_says_how_it_is_called():
    command = [sys.executable, "-m", "geoinv.datasets"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "python -m geoinv.datasets FOLDER" in result.stderr
