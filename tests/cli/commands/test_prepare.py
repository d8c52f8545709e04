"""Command prepare, and what follows it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from cli_refusal import refused
from commands import succeed
from lines_flown import flown

from geoinv.cli import main
from geoinv.formats import read_survey
from geoinv.preparation.coordinates import system
from geoinv.preparation.igrf import angles_of, igrf
from geoinv.preparation.lines import lines_of


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Working folder with ``raw.csv``: a total field over made lines in UTM, flown on two days, with a spike."""
    monkeypatch.chdir(tmp_path)
    survey = flown(noise=1.0)
    assert survey.data is not None
    easting, northing = survey.easting + 500_000.0, survey.northing + 5_700_000.0
    days = np.where(np.char.startswith(survey.column("line"), "T"), "2021-02-03", "2015-05-01")
    lon, lat = system("EPSG:32633", "crs").geographic(easting, northing)
    main_field = angles_of(*igrf(lon, lat, survey.upward, days.astype("datetime64[D]")))[2]
    data = survey.data[0] + main_field
    data[500] += 400.0
    rows = zip(survey.column("line"), days, easting, northing, survey.upward, data, strict=True)
    text = "".join(f"{line},{day},{e:.3f},{n:.3f},{u:.1f},{d:.4f}\n" for line, day, e, n, u, d in rows)
    (tmp_path / "raw.csv").write_text(f"Line,Date,X,Y,Alt,TMI\n{text}")
    return tmp_path


WHOLE = ["prepare", "raw.csv", "--crs", "EPSG:32633", "--remove", "igrf", "--out", "survey.nc"]


def test_raw_lines_become_a_survey_that_is_inverted_without_more(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = succeed([*WHOLE, "--despike", "50", "--noise", "crossovers", "--decimate", "40"], capsys)
    for part in (
        "columns   easting = X, northing = Y, upward = Alt, tmi = TMI; m and nT where no unit is stated",
        "kept      line = Line, date = Date",
        "system    EPSG:32633 (WGS 84 / UTM zone 33N), as given",
        "igrf      IGRF-14 removed at each station's place",
        "(2015-05-01 to 2021-02-03, as in the file)",
        "despiked  1 of 2400 stations were beyond 50 from the median of 5 along the line: 2399 left",
        "by 96 crossings of lines",
        "left      600 of 2400 stations",
    ):
        assert part in told
    survey = read_survey("survey.nc")
    assert survey.data is not None
    assert survey.uncertainty is not None
    assert survey.field is not None
    assert abs(survey.uncertainty[0, 0] - 1.0) < 0.35
    true = flown()
    places = {(round(e, 3), round(n, 3)): k for k, (e, n) in enumerate(zip(true.easting, true.northing, strict=True))}
    which = [
        places[round(e - 5e5, 3), round(n - 5.7e6, 3)] for e, n in zip(survey.easting, survey.northing, strict=True)
    ]
    assert true.data is not None
    assert np.std(survey.data[0] - true.data[0, which]) < 1.3
    assert len(lines_of(survey, "a test")) == 20
    assert "prepared: igrf: IGRF-14 removed" in succeed(["info", "survey.nc"], capsys)
    assert main(["invert", "survey.nc", "--cell", "100", "--depth", "400", "--out", "model.nc"]) == 0
    assert "noise     as in the file" in capsys.readouterr().out
    with xr.open_dataset("model.nc") as result:
        assert set(result["station_line"].values) == set(survey.column("line"))
        assert {"station_date", "station_igrf"} <= set(result)


def test_what_was_done_is_kept_with_the_command_and_the_checksum(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    succeed([*WHOLE, "--noise", "2% + 5", "--drop-lines", "L0,T3"], capsys)
    with xr.open_dataset("survey.nc") as data:
        assert data.attrs["history"].startswith("geoinv prepare raw.csv --crs EPSG:32633")
        assert "raw.csv" in data.attrs["inputs"]
        labels = [line.partition(":")[0] for line in data.attrs["preparation"].splitlines()]
    assert labels == ["system", "lines", "igrf", "field", "noise"]
    assert read_survey("survey.nc").uncertainty is not None


def test_prepared_data_may_be_prepared_again(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    succeed(WHOLE, capsys)
    succeed(["prepare", "survey.nc", "--box", "500100", "500500", "5700000", "5700500", "--out", "part.nc"], capsys)
    whole, part = read_survey("survey.nc"), read_survey("part.nc")
    assert whole.data is not None
    assert part.data is not None
    inside = (whole.easting >= 500100) & (whole.easting <= 500500) & (whole.northing <= 5700500)
    npt.assert_array_equal(part.data, whole.data[:, inside])
    assert part.attributes is not None
    assert "igrf: " in part.attributes["preparation"]


def _changed(text: str) -> None:
    path = Path("raw.csv")
    header, *rows = path.read_text().splitlines()
    day = text or "2021-02-03"
    path.write_text("\n".join([header, *(row.replace("2015-05-01", day).replace("2021-02-03", day) for row in rows)]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "--remove igrf expects to know where on Earth|give --field"),
        (["--crs", "EPSG:99999999"], "--crs expects a coordinate system by its code"),
        (["--crs", "EPSG:32633", "--to-crs", "EPSG:4326"], "--to-crs expects a projected system in metres"),
        (
            ["--crs", "EPSG:4326"],
            "a column of longitude in degrees, got Line, Date, X, Y.*--columns longitude=",
        ),
        (["--crs", "EPSG:3071"], "expects positions in its area"),
        (
            ["--crs", "EPSG:32633", "--date", "1850-01-01"],
            "dates from 1900-01-01 to 2030-01-01, got 1850-01-01",
        ),
        (["--crs", "EPSG:32633", "--date", "2031-01-01"], "got 2031-01-01 at 2400 of 2400"),
        (["--crs", "EPSG:32633", "--date", "3/4/2021"], "--date expects dates in which day and month"),
        (["--crs", "EPSG:32633", "--date", "21-02-03"], "a year of four digits, got '21-02-03'"),
        (["--crs", "EPSG:32633", "--box", "0", "1", "0", "1"], "--box expects to leave some stations, got none"),
        (["--crs", "EPSG:32633", "--polygon", "crossed.txt"], "does not cross itself"),
        (["--crs", "EPSG:32633", "--polygon", "nowhere.txt"], "nowhere.txt expects a file"),
        (
            ["--crs", "EPSG:32633", "--drop-lines", "L99"],
            "--drop-lines expects lines of the survey, got 'L99'; the",
        ),
        (["--crs", "EPSG:32633", "--despike", "1e-9"], "--despike expects spikes to be few"),
        (["--crs", "EPSG:32633", "--despike", "-1"], "--despike expects a threshold above zero"),
        (["--crs", "EPSG:32633", "--decimate", "0"], "--decimate expects metres above zero"),
        (["--crs", "EPSG:32633", "--noise", "repeats"], "at least 8 stations within 1 m of another"),
        (["--crs", "EPSG:32633", "--noise", "-3"], "--noise expects a standard deviation above zero"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_no_file(
    raw: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    Path("crossed.txt").write_text("0 0\n1 1\n1 0\n0 1\n")
    told = refused(["prepare", "raw.csv", "--remove", "igrf", "--out", "survey.nc", *options], capsys, raw)
    assert re.search(message, told), told


@pytest.mark.parametrize(
    ("date", "message"),
    [
        ("03/04/2021", "the column date expects dates in which day and month can be told apart, got 03/04/2021"),
        ("20/01/21", "a year of four digits"),
        ("1899-05-01", "from 1900-01-01 to 2030-01-01, got 1899-05-01 at 2400 of 2400 stations"),
        ("2030-05-01", "got 2030-05-01 at 2400"),
        ("2021-02-30", "dates that there are"),
        ("week 5", "such as 2021-01-20 or 20-Jan-2021, got 'week 5'"),
    ],
)
def test_dates_of_the_file_that_cannot_be_told_are_rejected(
    raw: Path, capsys: pytest.CaptureFixture[str], date: str, message: str
) -> None:
    _changed(date)
    assert message in refused(WHOLE, capsys, raw)
    assert "--date" in refused(WHOLE, capsys, raw)
    told = succeed([*WHOLE, "--date", "2021-02-03"], capsys)
    assert "2021-02-03 for all stations (--date), in place of the file's dates" in told


def test_lines_are_needed_where_steps_go_along_them(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("raw.csv")
    path.write_text(path.read_text().replace("Line,", "Whatever,", 1))
    for option, value in (("--despike", "50"), ("--decimate", "50"), ("--drop-lines", "L1"), ("--noise", "crossovers")):
        assert "expects the line of each station" in refused([*WHOLE, option, value], capsys, raw)


def test_an_anomaly_has_no_main_field_to_remove(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    succeed(WHOLE, capsys)
    told = refused(["prepare", "survey.nc", "--remove", "igrf", "--out", "again.nc"], capsys, raw)
    assert "--remove igrf expects a total field of 20,000 to 70,000 nT, got a median of" in told


def test_the_output_is_no_input(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    succeed(WHOLE, capsys)
    assert "got one of them" in refused(["prepare", "survey.nc", "--out", "survey.nc"], capsys, raw)
    assert "ends in .nc" in refused(["prepare", "survey.nc", "--out", "survey.csv"], capsys, raw)


def test_a_total_field_is_not_inverted(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(
        [
            "invert",
            "raw.csv",
            "--cell",
            "100",
            "--depth",
            "400",
            "--noise",
            "1",
            "--field",
            "67",
            "4",
            "49000",
            "--out",
            "m.nc",
        ],
        capsys,
        raw,
    )
    assert "which is a total field; subtract the IGRF (geoinv prepare does)" in told
