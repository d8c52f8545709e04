"""Residuals by line, beside xarray's own grouping."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from geoinv import InputError
from geoinv.view.residual_by_line import lines_told, residual_by_line

LINES = np.repeat(["L10", "L20", "L30", ""], [40, 25, 34, 1])


@pytest.fixture
def solution(rng):
    """A hundred data of two components on lines, the second line offset by three standard deviations."""
    data = {}
    for name, deviation in (("tmi", 4.0), ("bu", 0.5)):
        predicted = rng.normal(size=100)
        residual = rng.normal(size=100) + np.where(LINES == "L20", 3.0, 0.0)
        data |= {
            f"{name}_observed": predicted + deviation * residual,
            f"{name}_predicted": predicted,
            f"{name}_uncertainty": np.full(100, deviation),
        }
    found = xr.Dataset({name: ("station", values) for name, values in data.items()})
    return found.assign_coords(station_line=("station", LINES))


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_a_line_that_is_offset_comes_first(solution):
    found = residual_by_line(solution)
    assert found[0].line == "L20"
    assert found[0].mean == pytest.approx(3.0, abs=0.5)
    scaled = [
        (solution[f"{c}_observed"] - solution[f"{c}_predicted"]) / solution[f"{c}_uncertainty"] for c in ("tmi", "bu")
    ]
    squares = (sum(one**2 for one in scaled) / 2).groupby(solution["station_line"]).mean()
    for one in found:
        assert one.rms**2 == pytest.approx(float(squares.sel(station_line=one.line)))
        assert one.data == 2 * np.count_nonzero(one.line == LINES)
        assert abs(one.largest) >= one.rms
    assert lines_told(solution).startswith("Residual over standard deviation, rms by line: ")
    assert "in the median of 4; worst L20 3." in lines_told(solution)


def test_data_that_are_missing_are_left_out(solution):
    solution["tmi_observed"][:40] = np.nan
    by_name = {one.line: one for one in residual_by_line(solution)}
    assert by_name["L10"].data == 40
    assert np.isfinite(by_name["L10"].rms)


@pytest.mark.parametrize("lines", [np.repeat([10, 20], 50), np.repeat([10.0, np.nan], 50)])
def test_lines_may_be_numbers(solution, lines):
    found = residual_by_line(solution.assign_coords(station_line=("station", lines)))
    assert {one.line for one in found} == {"10", "20" if lines[-1] == 20 else ""}


@pytest.mark.parametrize(
    ("without", "named"),
    [("station_line", "no station_line"), ("bu_uncertainty", "standard deviations of bu")],
)
def test_what_is_missing_is_named(solution, without, named):
    lacking = solution.drop_vars(without)
    with pytest.raises(InputError, match=named):
        residual_by_line(lacking)
    assert lines_told(lacking) == ""


def test_a_survey_is_no_solution(solution, tmp_path):
    with pytest.raises(InputError, match="observed and predicted"):
        residual_by_line(solution[["tmi_uncertainty"]])
    table = tmp_path / "lines.csv"
    table.write_text("easting,northing,upward,tmi\n1,2,3,4\n5,6,7,8\n9,1,3,2\n")
    assert lines_told(table) == ""
    with pytest.raises(InputError, match="expects a solution"):
        residual_by_line(table)


def test_one_line_has_no_worst(solution):
    assert lines_told(solution.assign_coords(station_line=("station", ["L10"] * 100))) == ""
