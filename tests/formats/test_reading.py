"""What a reader is told beside the file, and files that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from format_files import FIELD, MESH, OBSERVATIONS, written

from geoinv import InputError
from geoinv.formats import (
    read_mesh,
    read_model,
    read_survey,
    read_topography,
    recognise,
)


def test_missing_file_and_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expects a file, got none of that name; check"):
        recognise(tmp_path / "no.obs")
    with pytest.raises(InputError, match="expects a file, got a folder"):
        recognise(tmp_path)


def test_another_kind_of_file_is_named(tmp_path: Path) -> None:
    mesh, observations = written(tmp_path, MESH, "a.msh"), written(tmp_path, OBSERVATIONS, "a.obs")
    with pytest.raises(
        InputError,
        match=r"a\.msh expects a survey, got UBC tensor mesh; give a file of one of th",
    ):
        read_survey(mesh)
    with pytest.raises(
        InputError,
        match=r"a\.obs expects a mesh, got UBC magnetic observations; give a fi",
    ):
        read_mesh(observations)
    with pytest.raises(InputError, match=r"a\.obs expects a model, got UBC magnetic observations"):
        read_model(observations, read_mesh(mesh))
    with pytest.raises(InputError, match=r"a\.obs expects a topography, got UBC magnetic observations"):
        read_topography(observations)


def test_field_replaces_that_of_the_file(tmp_path: Path) -> None:
    survey = read_survey(written(tmp_path, OBSERVATIONS), field=FIELD)
    assert survey.field == FIELD
    assert survey.anomaly_direction == (60.0, 10.0)


def test_field_leaves_a_direction_that_the_file_states_apart(tmp_path: Path) -> None:
    survey = read_survey(written(tmp_path, OBSERVATIONS.replace("83 -32\n", "45 0\n")), field=FIELD)
    assert survey.anomaly_direction == (45.0, 0.0)


def test_height_replaces_that_of_the_file(tmp_path: Path) -> None:
    npt.assert_array_equal(read_survey(written(tmp_path, OBSERVATIONS), height=99).upward, [99, 99])
    with pytest.raises(InputError, match="height expects finite metres, got nan"):
        read_survey(written(tmp_path, OBSERVATIONS), height=np.nan)


def test_columns_are_for_tables_only(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"columns expects a CSV/XYZ table, got .*UBC magnetic observations"):
        read_survey(written(tmp_path, OBSERVATIONS), columns={"tmi": "a"})
