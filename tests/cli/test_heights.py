"""Heights on the command line: what they are taken as, and which of them are refused or doubted.

A block of 75 m and 0.05 SI lies centred at (137.5, 137.5) from the corner, 62.5 m under a flat ground, below 12 x 12
stations 25 m apart and 40 m above that ground; its field is choclo's.
"""

from __future__ import annotations

import re
from pathlib import Path

import choclo
import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr

import geoinv
from geoinv.cli import main
from geoinv.formats import read_survey, write_mesh, write_model

EAST, NORTH = 500_000.0, 6_200_000.0
FIELD = geoinv.MainField(65.0, 25.0, 50000.0)
OPTIONS = ["--field", "65", "25", "50000", "--noise", "2% + 1"]
MADE = ["--cell", "25", "--depth", "200", "--out", "model.nc"]


def stations(shift: float) -> tuple[np.ndarray, np.ndarray]:
    easting, northing = np.meshgrid(EAST + shift + 25.0 * np.arange(12), NORTH + shift + 25.0 * np.arange(12))
    return easting.ravel(), northing.ravel()


def field_of_the_block(easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
    """TMI in nT, 40 m above the ground."""
    magnetization = 0.05 * FIELD.intensity * 1e-9 / (4e-7 * np.pi) * FIELD.direction
    prism = [EAST + 100.0, EAST + 175.0, NORTH + 100.0, NORTH + 175.0, -100.0, -25.0]
    return np.array(
        [
            1e9 * np.dot(choclo.prism.magnetic_field(e, n, 40.0, *prism, *magnetization), FIELD.direction)
            for e, n in zip(easting, northing, strict=True)
        ]
    )


@pytest.fixture(scope="module")
def anomaly() -> np.ndarray:
    return field_of_the_block(*stations(7.0))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_table(anomaly: np.ndarray, height: float | np.ndarray | None, shift: float = 7.0) -> None:
    """Survey as lines.csv, with heights or without."""
    columns = {"x": stations(shift)[0], "y": stations(shift)[1]}
    if height is not None:
        columns["z"] = np.broadcast_to(height, 144)
    columns["tmi"] = anomaly
    np.savetxt("lines.csv", np.column_stack([*columns.values()]), "%.4f", ",", header=",".join(columns), comments="")


def write_ground(elevation: float, first: float = -300.0, last: float = 600.0) -> None:
    """Flat ground as points 50 m apart."""
    axis = np.arange(first, last, 50.0)
    Path("ground.topo").write_text("".join(f"{EAST + e} {NORTH + n} {elevation}\n" for e in axis for n in axis))


def mesh_at(top: float, layers: int = 8, cells: int = 11, cell: float = 25.0) -> None:
    origin = (top - cell * layers, NORTH, EAST)
    write_mesh("mesh.msh", geoinv.Grid.regular((layers, cells, cells), (cell,) * 3, origin))


def run(*options: str) -> int:
    return main(["invert", "lines.csv", *OPTIONS, *options])


def invert(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[str, list[str]]:
    """What an inversion says that must end well, and its warnings."""
    assert run(*options) == 0
    captured = capsys.readouterr()
    return captured.out, [line.removeprefix("geoinv: warning: ") for line in captured.err.splitlines()]


def refusal(capsys: pytest.CaptureFixture[str], *options: str, code: int = 1) -> str:
    assert run(*options) == code
    assert not Path("model.nc").exists()
    return capsys.readouterr().err.splitlines()[-1]


def assert_matches(words: str, told: str) -> None:
    assert re.search(words, told), told


def test_height_is_above_the_topography_where_there_is_one(anomaly, folder, capsys):
    write_table(anomaly, None)
    write_ground(30.0)
    told, doubts = invert(capsys, *MADE, "--topo", "ground.topo", "--height", "40")
    assert "heights   40 m above the topography (--height): elevations of 70 m" in told
    assert doubts == []
    with xr.open_dataset("model.nc") as data:
        npt.assert_allclose(data["station_upward"], 70.0)
        assert float(data["upward"].max()) == 17.5
        model = (
            data["susceptibility"].fillna(0.0).sel(easting=slice(EAST, EAST + 275), northing=slice(NORTH, NORTH + 275))
        )
        assert 0.017 <= float(model.max()) <= 0.022
        strong = model.where(model > 0.5 * model.max(), 0.0)
        centre = {axis: float((strong * strong[axis]).sum() / strong.sum()) for axis in strong.dims}
    assert centre["easting"] == pytest.approx(EAST + 137.5, abs=8.0)
    assert centre["northing"] == pytest.approx(NORTH + 137.5, abs=8.0)
    assert -65.0 <= centre["upward"] <= -5.0  # the block is centred at 30 - 62.5; a smooth model puts it higher


def test_elevation_is_a_level_whatever_the_topography(anomaly, folder, capsys):
    write_table(anomaly, None)
    write_ground(30.0)
    told, doubts = invert(capsys, *MADE, "--topo", "ground.topo", "--elevation", "70", "--target", "500")
    assert "heights   elevation of 70 m (--elevation)" in told
    assert doubts == []
    with xr.open_dataset("model.nc") as data:
        npt.assert_array_equal(data["station_upward"], 70.0)


def test_height_without_topography_is_said_to_be_an_elevation(anomaly, folder, capsys):
    write_table(anomaly, None)
    told, _ = invert(capsys, *MADE, "--height", "40", "--target", "500")
    assert "heights   elevation of 40 m (--height, with no topography to stand above)" in told
    assert "flat ground at 27.5 m, half a cell below the lowest station" in told
    mesh_at(1000.0)
    assert "144 of 144 stations lie under it" in refusal_after(capsys, "--mesh", "mesh.msh", "--height", "40")
    for command in (["info", "lines.csv", *OPTIONS[:4]], ["convert", "lines.csv", "a.nc", *OPTIONS[:4]]):
        for option in ("--height", "--elevation"):
            assert main([*command, option, "40"]) == 0
            assert "40 m taken as the elevation of all stations, positive up" in capsys.readouterr().out
    npt.assert_array_equal(read_survey("a.nc").upward, 40.0)


def refusal_after(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    Path("model.nc").unlink()
    return refusal(capsys, *options, "--out", "model.nc")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--height", "40", "--elevation", "70"), "expect one of --height and --elevation, got 40 and 70 m"),
        (("--height", "-5"), "--height expects metres above the ground, zero or more, got -5; .* with --elevation"),
        (("--height", "nan"), "--height expects metres, got nan"),
        (("--elevation", "1e300"), r"--elevation expects metres, got 1e\+300"),
        (("--height", "960"), "its lowest station over the mesh, .* lies 960 m above the active cells"),
    ],
)
def test_heights_that_cannot_be_are_refused(options, words, anomaly, folder, capsys):
    write_table(anomaly, None)
    write_ground(30.0)
    mesh_at(30.0)
    assert_matches(words, refusal(capsys, "--mesh", "mesh.msh", "--out", "model.nc", "--topo", "ground.topo", *options))


def test_heights_in_the_file_are_told_against_the_topography(anomaly, folder, capsys):
    write_table(anomaly, np.linspace(1038.0, 1042.0, 144))
    write_ground(1000.0)
    told, doubts = invert(capsys, *MADE, "--topo", "ground.topo", "--target", "500")
    assert "heights   elevations of 1038 to 1042 m, as in the file: 38 to 42 m above the topography" in told
    assert "below the ground\n" in told
    assert doubts == []


def test_stations_half_a_cell_below_the_ground_are_refused_and_the_deepest_is_named(anomaly, folder, capsys):
    write_table(anomaly, np.where(np.arange(144) == 17, 984.0, 985.0))
    write_ground(1000.0)
    told = refusal(capsys, *MADE, "--topo", "ground.topo")
    assert_matches(
        r"144 of 144 stations lie more than 12\.5 m \(half a cell\) under the topography, the deepest station 17 "
        r"\(counted from 0\) at \(500132, 6200032, 984\) .*, 16 m under it; give heights as elevations .*--height H",
        told,
    )
    mesh_at(1000.0)
    assert_matches("144 of 144", refusal(capsys, "--mesh", "mesh.msh", "--topo", "ground.topo", "--out", "model.nc"))


def test_stations_a_little_below_the_ground_are_warned_of_and_so_are_the_cells_that_they_cost(anomaly, folder, capsys):
    write_table(anomaly, np.where(np.arange(144) == 17, 995.0, 1040.0))
    write_ground(1000.0)
    told, doubts = invert(capsys, *MADE, "--topo", "ground.topo", "--target", "500")
    assert "; 1 more, 25 m thick, are cut away since they rise above a station" in told
    assert len(doubts) == 1, doubts
    (doubt,) = doubts
    assert_matches(
        r"^1 of 144 stations lies under the topography, the deepest station 17 .*, 5 m under it; check", doubt
    )
    with xr.open_dataset("model.nc") as data:
        assert int((~data["active"]).sum()) == 1


@pytest.mark.parametrize("options", [["--topo", "ground.topo", *MADE], ["--mesh", "mesh.msh", "--out", "model.nc"]])
def test_heights_above_the_ground_given_as_elevations_are_refused(options, anomaly, folder, capsys):
    write_table(anomaly, 40.0)
    write_ground(1000.0)
    mesh_at(1000.0)
    assert_matches(
        r"144 of 144 stations lie .*under .*, 40\).*; give heights as elevations in metres, positive up, not as "
        r"heights above the ground \(--height H with --topo FILE puts all stations H metres above it\)$",
        refusal(capsys, *options),
    )


@pytest.mark.parametrize("shift", [0.0, 7.0], ids=["on faces", "inside cells"])
def test_a_mesh_that_rises_above_the_stations_is_refused_wherever_they_lie_in_its_cells(shift, folder, capsys):
    write_table(field_of_the_block(*stations(shift)), 40.0, shift)
    mesh_at(100.0, layers=12, cells=12)
    words = (
        r"144 of 144 stations lie inside them, the deepest station 0 .* 60 m below the top of the active cells there"
    )
    assert_matches(words, refusal(capsys, "--mesh", "mesh.msh", "--out", "model.nc"))
    write_model("model.sus", geoinv.formats.read_mesh("mesh.msh"), np.full((12, 12, 12), 0.01))
    forward = ["--mesh", "mesh.msh", "--model", "model.sus", "--survey", "lines.csv", "--out", "model.nc"]
    assert main(["forward", *forward, *OPTIONS[:4]]) == 1
    told = capsys.readouterr().err
    assert_matches(words, told)
    assert "--topo" not in told


def test_a_survey_far_above_small_cells_is_doubted_and_so_is_one_station_that_stands_out(anomaly, folder, capsys):
    mesh_at(0.0, layers=2, cells=29, cell=10.0)
    write_table(anomaly, 400.0)
    _, doubts = invert(capsys, "--mesh", "mesh.msh", "--out", "model.nc", "--target", "500")
    words = (
        r"^half of all stations lie 400 m and more above the ground of the mesh, whose cells are 10 m wide: .* level"
    )
    assert_matches(words, doubts[0])
    write_table(anomaly, np.where(np.arange(144) == 9, 8200.0, 40.0))
    _, doubts = invert(capsys, "--mesh", "mesh.msh", "--out", "model.nc", "--target", "500")
    assert doubts[0] == (
        "station 9 (counted from 0) lies 8200 m above the ground of the mesh, half of all within 40 m; check its height"
    )


def test_heights_under_the_ground_of_their_own_table_are_doubted(anomaly, folder, capsys):
    east, north = stations(7.0)
    rows = np.column_stack([east, north, np.full(144, 40.0), anomaly, 1000.0 + np.arange(144.0)])
    rows[3, 4] = -9999.0
    np.savetxt("lines.csv", rows, "%.4f", ",", header="x,y,altitude,tmi,dem", comments="")
    told, doubts = invert(capsys, *MADE, "--target", "500")
    assert "144 stations" in told
    assert doubts == [
        "lines.csv: 143 of 143 stations lie under the ground that the table itself gives, half of them by 1032 m and "
        "more; give elevations, not heights above the ground"
    ]
    np.savetxt(
        "lines.csv", rows + np.array([0, 0, 1200, 0, 0]), "%.4f", ",", header="x,y,altitude,tmi,dem", comments=""
    )
    assert invert(capsys, *MADE, "--target", "500")[1] == []


def test_one_low_station_that_sets_the_flat_ground_is_doubted(anomaly, folder, capsys):
    write_table(anomaly, np.where(np.arange(144) == 9, 0.0, 1040.0))
    told, doubts = invert(capsys, *MADE, "--target", "500")
    assert "flat ground at -12.5 m, half a cell below the lowest station" in told
    assert doubts[0] == (
        "half of all stations lie 1052.5 m and more above the flat ground of the mesh, since station 9 (counted "
        "from 0) has a height of 0 m; give the ground with --topo FILE, or check that height"
    )


def test_a_field_may_be_computed_anywhere_outside_the_rock_with_a_word_about_the_heights(anomaly, folder, capsys):
    mesh_at(0.0, cells=12)
    write_model("model.sus", geoinv.formats.read_mesh("mesh.msh"), np.full((8, 12, 12), 0.01))
    files = ["--mesh", "mesh.msh", "--model", "model.sus", "--survey", "lines.csv", "--out", "out.nc"]
    for height, words in ((-700.0, "144 of 144 stations lie below active cells, up to 700 m"), (5000.0, "5000 m and")):
        write_table(anomaly, height)
        assert main(["forward", *files, *OPTIONS[:4]]) == 0
        assert words in capsys.readouterr().err
        survey = read_survey("lines.csv", field=FIELD)
        with xr.open_dataset("out.nc") as data:
            expected = dipole(survey, 0.01 * 300.0**2 * 200.0, np.array([EAST + 150.0, NORTH + 150.0, -100.0]))
            npt.assert_allclose(
                data["tmi"], expected, rtol=0.2 if height < 0 else 1e-2, atol=0.02 * np.abs(expected).max()
            )


def dipole(survey: geoinv.Survey, volume: float, centre: np.ndarray) -> np.ndarray:
    """TMI in nT of a dipole of the susceptibility times a volume."""
    away = np.stack([survey.easting, survey.northing, survey.upward], axis=1) - centre
    distance = np.linalg.norm(away, axis=1)
    along = away @ FIELD.direction
    return FIELD.intensity * volume / (4.0 * np.pi) * (3.0 * along**2 / distance**5 - 1.0 / distance**3)


def test_topography_that_does_not_cover_the_survey_is_doubted_with_the_share_of_the_mesh(anomaly, folder, capsys):
    write_table(anomaly, 70.0)
    write_ground(30.0, first=100.0)
    _, doubts = invert(capsys, *MADE, "--topo", "ground.topo", "--target", "500")
    (doubt,) = doubts
    widths = 25.0 * np.array([3, 2, 2, 1, *[1] * 12, 1, 2, 2, 3])
    lines = np.cumsum(widths) - 0.5 * widths - 200.0 >= 100.0  # columns of the mesh from the first point on
    share = 100.0 * (1.0 - lines.mean() ** 2)
    outside = 144 - int((stations(7.0)[0][:12] >= EAST + 100.0).sum()) ** 2
    assert doubt == (
        f"{share:.3g} % of the columns of the mesh lie outside the topography and take its nearest point, and so do "
        f"{outside} of 144 stations; give topography that covers them"
    )


def test_a_ground_between_points_far_outside_the_mesh_is_said_to_be_so(anomaly, folder, capsys):
    write_table(anomaly, 70.0)
    corners = [(e, n) for e in (-4000, 6000) for n in (-5000, 9000)]
    Path("ground.topo").write_text("".join(f"{EAST + e} {NORTH + n} 30\n" for e, n in corners))
    told, doubts = invert(capsys, *MADE, "--topo", "ground.topo", "--target", "500")
    nearest = np.hypot(4000.0 - 200.0, 5000.0 - 200.0)  # the mesh begins 200 m before its first station
    assert f"no point of the topography lies over the mesh; the nearest is {nearest:.6g} m outside it" in told
    assert doubts == []


def test_a_ground_above_the_mesh_or_below_it_is_doubted(anomaly, folder, capsys):
    write_table(anomaly, 170.0)
    write_ground(130.0)
    mesh_at(30.0)
    _, doubts = invert(capsys, "--mesh", "mesh.msh", "--topo", "ground.topo", "--out", "model.nc", "--target", "500")
    assert doubts[0] == (
        "the topography rises up to 100 m above the top of the mesh, in 100 % of its columns; rock there is left out"
    )
    points = [(0, 0, 130), (0, 300, 130), (100, 0, 130), (100, 300, 130), (150, 0, -500), (150, 300, -500)]
    points += [(300, 0, -500), (300, 300, -500)]
    Path("ground.topo").write_text("".join(f"{EAST + e} {NORTH + n} {z}\n" for e, n, z in points))
    _, doubts = invert(capsys, "--mesh", "mesh.msh", "--topo", "ground.topo", "--out", "model.nc", "--target", "500")
    assert any(
        "of the columns of the mesh have no active cell: the topography lies below them" in one for one in doubts
    )


@pytest.mark.parametrize(
    ("options", "words", "code"),
    [
        (("--bounds", "0", "0"), "--bounds expects LOW below HIGH, got 0 and 0; leave room", 1),
        (("--bounds", "inf", "inf"), "--bounds expects LOW below HIGH, got inf and inf; leave room", 1),
        (
            ("--bounds", "-5", "1"),
            "--bounds expects LOW as a susceptibility in SI between -1 and .*, got -5; give -inf",
            1,
        ),
        (("--bounds", "0", "1e300"), r"--bounds expects HIGH as a susceptibility .* got 1e\+300; give inf for none", 1),
        (("--reference", "1e300"), r"--reference expects susceptibilities \(SI\) of at most 1e\+06, got 1e\+300", 1),
        (("--reference", "-5"), r"--reference expects susceptibilities \(SI\) of -1 and more, got -5", 1),
        (("--reference", "a\0b"), "--reference expects a number or the name of a file, got", 2),
        (
            ("--base-level", "nan"),
            "--base-level expects none, fit or a value in the unit of the data, within 2",
            2,
        ),
        (
            ("--base-level", "1e300"),
            "--base-level expects none, fit or a value in the unit of the data, within 2",
            2,
        ),
        (("--every", "144"), "--every expects less than the 144 stations of lines.csv, got 144", 1),
        (("--noise", "1e-300"), "lines.csv expects standard deviations that a fit can reach, got 1e-300 nT", 1),
        (("--noise", "1e30"), "lines.csv expects data above their noise", 1),
    ],
)
def test_numbers_that_no_survey_or_rock_has_are_refused(options, words, code, anomaly, folder, capsys):
    write_table(anomaly, 40.0)
    assert_matches(words, refusal(capsys, *MADE, *options, code=code))


@pytest.mark.parametrize("datum", [3e9, -1e9])
def test_data_that_no_magnetometer_gives_are_refused_with_their_station(datum, anomaly, folder, capsys):
    write_table(np.where(np.arange(144) == 30, datum, anomaly), 40.0)
    words = (
        r"lines.csv expects data in nT, got .* at station 30 \(counted from 0; 1 of 144 data\); remove those stations"
    )
    assert_matches(words, refusal(capsys, *MADE))


@pytest.mark.parametrize("value", [-3.0, 1e7])
def test_forward_refuses_a_susceptibility_that_no_matter_has(value, anomaly, folder, capsys):
    write_table(anomaly, 40.0)
    mesh_at(0.0)
    model = np.full((8, 11, 11), 0.01)
    model[0, 0, 0] = value
    write_model("model.sus", geoinv.formats.read_mesh("mesh.msh"), model)
    files = ["--mesh", "mesh.msh", "--model", "model.sus", "--survey", "lines.csv", "--out", "out.nc"]
    assert main(["forward", *files, *OPTIONS[:4]]) == 1
    assert "model.sus expects" in capsys.readouterr().err


def test_help_states_one_default_of_the_tolerance(capsys):
    assert main(["invert", "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    option = told[told.index("--rtol ERROR") :]
    assert option.count("default:") == 1
    assert "[default: 1e-05]" in option
