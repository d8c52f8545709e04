"""Writing by the suffix of a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from format_files import FIELD

from geoinv import Grid, InputError, Survey
from geoinv.formats import read_model, read_survey
from geoinv.formats.writing import write_mesh, write_model, write_survey

GRID = Grid([0.0, 10.0, 20.0], [0.0, 5.0], [-10.0, -5.0, 0.0], np.array([[[1, 1]], [[1, 0]]], bool))
MODEL = np.array([[[1500.0, -250.0]], [[2.5, 99.0]]])


def test_a_density_is_written_in_grams_and_read_in_kilograms(tmp_path: Path) -> None:
    write_model(tmp_path / "a.den", GRID, MODEL, "density")
    stored = np.sort(np.loadtxt(tmp_path / "a.den"))
    npt.assert_allclose(stored, [-100.0, -0.25, 0.0025, 1.5], rtol=1e-12)
    npt.assert_allclose(read_model(tmp_path / "a.den", GRID, "density")[GRID.active], [1500.0, -250.0, 2.5], rtol=1e-12)


def test_a_suffix_of_another_quantity_is_rejected_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.sus expects a model of susceptibility, as its suffix says, got one of d"):
        write_model(tmp_path / "a.sus", GRID, MODEL, "density")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a", "a.doc", "a.obs"])
def test_a_mesh_of_another_suffix_is_rejected_and_nothing_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"{name}.*\.nc.*\.msh"):
        write_mesh(tmp_path / name, GRID)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.nc", "a.obs", "a.csv", "a.xyz"])
def test_a_survey_comes_back_from_every_suffix(name: str, tmp_path: Path) -> None:
    survey = Survey([0.25, 500000.125], [1.0, 6200000.5], [4.0, 1040.75], field=FIELD).with_data([[1.5, -2.25]], 0.5)
    write_survey(tmp_path / name, survey)
    again = read_survey(tmp_path / name, field=None if name[-3:] in (".nc", "obs") else FIELD)
    for axis in ("easting", "northing", "upward", "data", "uncertainty"):
        npt.assert_array_equal(getattr(again, axis), getattr(survey, axis))
    assert again.field == FIELD
