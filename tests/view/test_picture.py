"""Pictures: which panels stand in them, what they show, and that they are written whole or not at all."""

from __future__ import annotations

import sys
from importlib import util

import matplotlib as mpl
import matplotlib.image
import numpy as np
import numpy.testing as npt
import pytest
from matplotlib.collections import EllipseCollection, QuadMesh, TriMesh
from matplotlib.figure import Figure

from geoinv import Grid, InputError, MainField, Survey
from geoinv.formats import write_model, write_netcdf, write_survey
from geoinv.view import figure, view
from geoinv.view import picture as picture_module
from geoinv.view import scene as scene_module

FIELD = MainField(65.0, 25.0, 50000.0)
CORNER = (-200.0, 7_132_000.0, 460_000.0)


def padded_grid() -> Grid:
    """Cells of 50 m with two wide ones on each side; the highest level is half air."""
    widths = np.r_[400.0, 150.0, np.full(12, 50.0), 150.0, 400.0]
    edges = np.r_[0.0, np.cumsum(widths)]
    upward = CORNER[0] + 40.0 * np.arange(9)
    grid = Grid(CORNER[2] + edges, CORNER[1] + edges, upward)
    active = np.ones(grid.shape, bool)
    active[-1, :, :8] = False
    return grid.with_active(active)


def ball(grid: Grid) -> np.ndarray:
    """Susceptible ball a little north-west of the middle."""
    middle = (CORNER[0] + 180.0, CORNER[1] + 950.0, CORNER[2] + 800.0)
    upward, northing, easting = np.meshgrid(grid.upward, grid.northing, grid.easting, indexing="ij")
    distance = np.sqrt((upward - middle[0]) ** 2 + (northing - middle[1]) ** 2 + (easting - middle[2]) ** 2)
    return np.where(distance < 130.0, 0.05, 0.0)


def stations(count: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    line = np.linspace(560.0, 1140.0, count)
    easting, northing = (values.ravel() for values in np.meshgrid(CORNER[2] + line, CORNER[1] + line))
    return easting, northing, np.full(easting.size, 180.0)


def solution(components=("tmi",), uncertainty=True):
    """Dataset as `Solution.to_xarray` writes it, with a smooth anomaly and a known residual."""
    grid = padded_grid()
    data = grid.to_xarray(susceptibility=ball(grid))
    positions = dict(zip(("easting", "northing", "upward"), stations(), strict=True))
    data = data.assign_coords({f"station_{name}": ("station", values) for name, values in positions.items()})
    squared = (positions["easting"] - CORNER[2] - 800.0) ** 2 + (positions["northing"] - CORNER[1] - 950.0) ** 2
    anomaly = 200.0 * np.exp(-squared / 2e4)
    for component in components:
        units = {"units": "nT m-1" if len(component) == 3 and component != "tmi" else "nT"}
        data[f"{component}_observed"] = ("station", anomaly + np.where(np.arange(anomaly.size) % 2, 4.0, -4.0), units)
        data[f"{component}_predicted"] = ("station", anomaly, units)
        if uncertainty:
            data[f"{component}_uncertainty"] = ("station", np.full(anomaly.size, 2.0), units)
    data.attrs.update(status="target reached: chi^2/N = 4, target 4", chi2_per_datum=4.0)
    return data


def titles(drawn: Figure) -> list[str]:
    return [ax.get_title(loc="left") for ax in drawn.axes]


def bars(drawn: Figure) -> list[str]:
    """Labels of the colour bars."""
    return [child.get_ylabel() for ax in drawn.axes for child in ax.child_axes]


def mapped(ax, kind):
    """The only mesh or collection of a kind in a panel."""
    (found,) = (child for child in ax.collections if isinstance(child, kind))
    return found


def no_scene(*_):
    raise scene_module.NoSceneError("without its 3D view: a test")


@pytest.fixture
def flat(monkeypatch):
    """A machine on which PyVista cannot draw."""
    monkeypatch.setattr(picture_module, "render", no_scene)


def test_a_solution_shows_data_fit_slices_and_totals():
    drawn = figure(solution(), scene=False)
    names = titles(drawn)
    assert [name[:3] for name in names] == [f"({letter})" for letter in "abcdefg"]
    for name, words in zip(
        names,
        ("observed TMI", "predicted TMI", "observed \N{MINUS SIGN} predicted", "level", "northing", "easting", "depth"),
        strict=True,
    ):
        assert words in name
    assert bars(drawn)[:4] == ["TMI (nT)", "TMI (nT)", "residual / standard deviation", "susceptibility (SI)"]


def test_the_title_is_a_sentence_with_the_fit():
    drawn = figure(solution(), scene=False)
    sentence = "Susceptibility recovered from 144 TMI data; target reached: χ²/N = 4, target 4."
    assert " ".join(drawn.get_suptitle().split()) == sentence
    data = solution().assign_attrs(status="stalled")
    assert "stalled, χ²/N = 4." in figure(data, scene=False).get_suptitle()


def test_observed_and_predicted_share_one_scale_and_residuals_are_centred_on_zero():
    drawn = figure(solution(), scene=False)
    observed, predicted = (mapped(ax, TriMesh) for ax in drawn.axes[:2])
    assert observed.get_clim() == predicted.get_clim()
    assert observed.get_clim()[1] >= 190.0
    residual = mapped(drawn.axes[2], EllipseCollection)
    low, high = residual.get_clim()
    assert low == -high
    npt.assert_allclose(np.sort(residual.get_array())[[0, -1]], [-2.0, 2.0])


def test_residuals_without_a_standard_deviation_are_in_the_units_of_the_data():
    drawn = figure(solution(uncertainty=False), scene=False)
    assert bars(drawn)[2] == "residual (nT)"
    npt.assert_allclose(np.abs(mapped(drawn.axes[2], EllipseCollection).get_array()), 4.0)


def test_maps_have_equal_scales_units_and_readable_offsets():
    drawn = figure(solution(), scene=False)
    drawn.draw_without_rendering()
    for ax in drawn.axes[:4]:
        assert ax.get_aspect() == 1.0
        assert ax.get_xlabel().replace("\u2009", "") == "easting \N{MINUS SIGN} 460000 (m)"
        assert ax.get_ylabel().replace("\u2009", "") == "northing \N{MINUS SIGN} 7132000 (m)"
        assert all(len(tick.get_text()) <= 4 for tick in ax.get_xticklabels())


def test_wide_surveys_are_in_kilometres():
    easting, northing, upward = stations()
    data = Survey(100.0 * easting, 100.0 * northing, upward, field=FIELD, data=np.arange(144.0)).to_xarray()
    (ax,) = figure(data).axes
    assert ax.get_xlabel() == "easting (km)"
    low = ax.get_xlim()[0]
    assert ax.xaxis.get_major_formatter()(low) == f"{low / 1000:g}"


def test_slices_go_through_the_body_and_show_it():
    drawn = figure(solution(), scene=False)
    level, section, other = (mapped(ax, QuadMesh) for ax in drawn.axes[3:6])
    for mesh in (level, section, other):
        assert mesh.get_clim() == (0.0, 0.05)
        assert np.nanmax(mesh.get_array()) == 0.05
    npt.assert_array_equal(np.isnan(section.get_array()[-1]), np.arange(16) < 8)
    lines = [line.get_xydata()[0] for line in drawn.axes[3].lines]
    assert abs(lines[0][1] - CORNER[1] - 950.0) < 50.0
    assert abs(lines[1][0] - CORNER[2] - 800.0) < 50.0


def test_padding_and_air_are_left_out_of_a_model_alone():
    grid = padded_grid()
    drawn = figure(grid.to_xarray(susceptibility=ball(grid)), scene=False)
    assert len(drawn.axes) == 4
    assert drawn.axes[0].get_xlim() == (CORNER[2] + 550.0, CORNER[2] + 1150.0)
    assert drawn.get_suptitle().replace("\u2009", "") == f"Susceptibility of {grid.active.sum()} cells."


def test_negative_values_widen_the_scale():
    grid = padded_grid()
    drawn = figure(grid.to_xarray(susceptibility=-ball(grid)), scene=False)
    assert mapped(drawn.axes[0], QuadMesh).get_clim() == (-0.05, 0.0)


def test_an_empty_model_is_drawn(tmp_path):
    grid = padded_grid()
    assert len(figure(grid.to_xarray(susceptibility=0.0 * ball(grid)), scene=False).axes) == 4


def test_a_magnetization_is_shown_by_its_strength():
    grid = padded_grid()
    model = 20.0 * ball(grid)
    data = grid.to_xarray(
        magnetization_easting=0.6 * model, magnetization_northing=0.0 * model, magnetization_upward=-0.8 * model
    )
    drawn = figure(data, scene=False)
    assert bars(drawn)[0] == "magnetization (A/m)"
    assert np.nanmax(mapped(drawn.axes[0], QuadMesh).get_array()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"$\frac{1", r"$\frac{1"),
        ("a$b$", "a$b$"),
        (r"\alpha_{x}^", r"\alpha_{x}^"),
        ("x\x1b[2J\x07", r"x\x1b[2J\x07"),
        ("two\nlines", "two lines"),
        ("a\ud800b", r"a\ud800b"),
        ("x" * 5000, "x" * 21 + "..."),
    ],
    ids=["tex", "math", "greek", "controls", "lines", "surrogate", "long"],
)
def test_names_units_and_status_of_a_file_are_shown_as_they_are(text, shown, tmp_path):
    grid = padded_grid()
    model = grid.to_xarray(other=ball(grid)).rename(other=text)
    model[text].attrs["units"] = text
    with mpl.rc_context({"text.usetex": True}):  # of the user's own pictures
        drawn = figure(model, scene=False)
    drawn.savefig(tmp_path / "model.png", dpi=20)
    assert bars(drawn)[0] == f"{shown} ({shown if len(shown) <= 12 else shown[:9] + '...'})"
    data = solution().assign_attrs(status=f"target reached {text}", chi2_per_datum=text)
    drawn = figure(data, scene=False)
    drawn.savefig(tmp_path / "solution.png", dpi=20)
    assert f"{shown.split()[0][:10]}" in drawn.get_suptitle()


def test_every_component_has_a_row():
    drawn = figure(solution(("tmi", "bu", "beu")), scene=False)
    assert len(drawn.axes) == 3 * 3 + 4
    assert bars(drawn)[0:9:3] == ["TMI (nT)", "bu (nT)", "beu (nT/m)"]


def test_a_survey_alone_is_a_map_for_each_component():
    easting, northing, upward = stations()
    values = np.stack([easting, northing])
    survey = Survey(easting, northing, upward, components=("be", "bn"), field=FIELD, data=values)
    drawn = figure(survey.to_xarray())
    assert titles(drawn) == ["(a) be", "(b) bn"]
    assert drawn.get_suptitle() == "Survey of 144 stations: be, bn."


def test_a_survey_without_data_shows_where_the_stations_are(tmp_path):
    easting, northing, upward = stations()
    write_survey(tmp_path / "where.obs", Survey(easting, northing, upward, field=FIELD))
    drawn = figure(tmp_path / "where.obs")
    assert bars(drawn) == ["station elevation (m)"]


def test_a_table_needs_no_field_to_be_shown(tmp_path):
    easting, northing, upward = stations()
    write_survey(tmp_path / "data.csv", Survey(easting, northing, upward, field=FIELD, data=np.arange(144.0)))
    assert bars(figure(tmp_path / "data.csv")) == ["TMI (nT)"]


@pytest.mark.parametrize("count", [1, 2, 50])
def test_stations_on_a_line_are_dots(count):
    line = np.linspace(0.0, 490.0, count)
    survey = Survey(460_000.0 + line, 7_132_000.0 + line, line, field=FIELD, data=line)
    (ax,) = figure(survey.to_xarray()).axes
    assert len(mapped(ax, EllipseCollection).get_array()) == count


def test_a_gap_between_two_blocks_of_stations_is_not_filled():
    easting, northing, upward = stations()
    survey = Survey(
        np.r_[easting, easting + 3000.0],
        np.r_[northing, northing],
        np.r_[upward, upward],
        field=FIELD,
        data=np.ones(288),
    )
    (ax,) = figure(survey.to_xarray()).axes
    triangles = mapped(ax, TriMesh)._triangulation
    x = triangles.x[triangles.get_masked_triangles()]
    assert np.ptp(x, axis=1).max() < 100.0


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


def without(name):
    """`find_spec` of an installation that lacks a package."""
    return lambda wanted: None if wanted == name else util.find_spec(wanted)


def test_without_pyvista_the_rest_is_drawn(monkeypatch, tmp_path):
    monkeypatch.setattr(scene_module, "find_spec", without("pyvista"))
    assert "pip install 'geoinv[view]'" in view(solution(), tmp_path / "out.png")
    assert (tmp_path / "out.png").exists()


def test_without_matplotlib_a_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(picture_module, "find_spec", without("matplotlib"))
    with pytest.raises(InputError, match=r"view expects Matplotlib.*pip install 'geoinv\[view\]'"):
        view(solution(), tmp_path / "out.png")
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("flat")
def test_a_pdf_can_be_written_too(tmp_path):
    view(solution(), tmp_path / "out.PDF")
    assert (tmp_path / "out.PDF").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", ["out.jpg", "out", "out.nc"])
def test_another_suffix_is_refused_before_anything_is_drawn(tmp_path, name):
    with pytest.raises(InputError, match=r"expects a suffix for a picture \(\.png \.pdf\), got"):
        view(tmp_path / "missing.nc", tmp_path / name)


@pytest.mark.usefixtures("flat")
def test_nothing_half_written_is_left(monkeypatch, tmp_path):
    (tmp_path / "out.png").write_bytes(b"the one before")

    def fail(self, path, **_):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(InputError, match=r"out\.png expects room on its disk"):
        view(solution(), tmp_path / "out.png")
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]
    assert (tmp_path / "out.png").read_bytes() == b"the one before"


@pytest.mark.usefixtures("flat")
def test_files_show_the_same_as_datasets(tmp_path):
    write_netcdf(tmp_path / "solution.nc", solution())
    assert titles(figure(tmp_path / "solution.nc")) == titles(figure(solution()))


def test_a_model_without_its_mesh_says_how_to_join_them(tmp_path):
    grid = padded_grid()
    write_model(tmp_path / "body.sus", grid, ball(grid))
    with pytest.raises(
        InputError, match=r"body\.sus expects something to show, got UBC model; .*geoinv\.formats\.convert\(.*mesh="
    ):
        figure(tmp_path / "body.sus")


def test_a_dataset_with_nothing_to_show_is_refused():
    with pytest.raises(InputError, match=r"view expects a model .* or data over station, got variables"):
        figure(padded_grid().to_xarray())


def test_a_model_of_nothing_but_nan_is_refused():
    grid = padded_grid()
    with pytest.raises(InputError, match="got none in susceptibility"):
        figure(grid.to_xarray(susceptibility=np.full(grid.shape, np.nan)))


def test_stations_beside_the_grid_are_refused():
    data = solution()
    data["station_easting"] = data["station_easting"] - 400_000.0
    with pytest.raises(InputError, match=r"view expects stations above the grid, got easting .* one coordinate system"):
        figure(data)


def test_drawing_does_not_touch_the_users_figures_and_style():
    from matplotlib import pyplot, rcParams

    before = dict(rcParams)
    figure(solution(), scene=False)
    assert pyplot.get_fignums() == []
    assert dict(rcParams) == before


def test_view_is_imported_without_its_libraries():
    import subprocess

    code = "import sys, geoinv.view; print(sorted({'matplotlib', 'pyvista'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
