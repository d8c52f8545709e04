"""Grids as surveys and as ground: what their values are is told, by their names or by the user."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from table_files import FIELD

from geoinv import InputError
from geoinv.formats import convert, describe, read_survey
from geoinv.formats.base import Projection, SurveyOptions
from geoinv.formats.gridded import Band, GriddedField, ground_of_grid, spacing_of_axis, survey_of_grid

EAST, NORTH = np.array([10.0, 20.0, 30.0]), np.array([100.0, 120.0])
VALUES = np.array([[1.0, 2.0, np.nan], [4.0, 5.0, 6.0]])
PLAIN = GriddedField(EAST, NORTH, [Band("", VALUES)], "EPSG:32616")
NAMED = GriddedField(
    EAST, NORTH, [Band("TMI", VALUES, "uT"), Band("elevation", 10.0 * VALUES, "ft"), Band("sd", np.full((2, 3), 2.0))]
)


def test_a_station_stands_on_every_node_with_a_value() -> None:
    survey = survey_of_grid("a", PLAIN, SurveyOptions(columns={"gz": 1}, height=7.0))
    npt.assert_array_equal(survey.easting, [10, 20, 10, 20, 30])
    npt.assert_array_equal(survey.northing, [100, 100, 120, 120, 120])
    npt.assert_array_equal(survey.data, [[1, 2, 4, 5, 6]])
    npt.assert_array_equal(survey.upward, np.full(5, 7.0))
    assert survey.crs == "EPSG:32616"
    wanted = survey_of_grid("a", PLAIN, SurveyOptions(components=("gz",), height=7.0))
    assert wanted.data is None
    assert wanted.stations == 6


def test_names_and_units_of_bands_are_understood() -> None:
    survey = survey_of_grid("a", NAMED, SurveyOptions(field=FIELD))
    npt.assert_allclose(survey.data, [[1e3, 2e3, 4e3, 5e3, 6e3]])
    npt.assert_allclose(survey.upward, np.array([10, 20, 40, 50, 60]) * 0.3048)
    chosen = SurveyOptions(field=FIELD, columns={"tmi": "TMI", "uncertainty": "sd", "upward": 2})
    npt.assert_array_equal(survey_of_grid("a", NAMED, chosen).uncertainty, np.full((1, 5), 2.0))
    npt.assert_allclose(ground_of_grid("a", NAMED)[:, 2], np.array([10, 20, 40, 50, 60]) * 0.3048)


@pytest.mark.parametrize(
    ("grid", "options", "message"),
    [
        (PLAIN, SurveyOptions(height=7.0), r"what its values are, got a grid that does not say; name it with columns"),
        (PLAIN, SurveyOptions(columns={"gz": 1}), r"the heights of its nodes .*give height=\.\.\."),
        (PLAIN, SurveyOptions(columns={"tmi": 1}, height=7.0), "the inducing field beside it"),
        (PLAIN, SurveyOptions(columns={"gz": 2}, height=7.0), "the name or the number of one of its bands, got '2'"),
        (PLAIN, SurveyOptions(columns={"easting": 1}, height=7.0), "quantities of a grid among .* got 'easting'"),
        (NAMED, SurveyOptions(columns={"gz": 1}, height=7.0), "band 'TMI'"),
    ],
)
def test_what_is_not_known_is_asked_for(grid: GriddedField, options: SurveyOptions, message: str) -> None:
    with pytest.raises(InputError, match=message):
        survey_of_grid("a", grid, options)


def test_a_field_is_no_ground_and_degrees_are_no_metres() -> None:
    with pytest.raises(InputError, match="expects one band of elevations of the ground, got bands TMI"):
        ground_of_grid("a", GriddedField(EAST, NORTH, [Band("TMI", VALUES, "nT")]))
    degrees = GriddedField(EAST, NORTH, [Band("", VALUES)], "EPSG:4326", degrees=True)
    with pytest.raises(InputError, match="nodes in metres, got a grid in EPSG:4326, which has longitudes"):
        ground_of_grid("a", degrees)
    projection = Projection(lambda east, north: (east + 5e5, north + 6e6), degrees=True)
    survey = survey_of_grid("a", degrees, SurveyOptions(columns={"gz": 1}, height=0.0, projection=projection))
    assert survey.easting[0] == 500_010.0
    assert survey.crs is None


def test_spacing_is_that_of_the_whole_axis_or_refused() -> None:
    assert spacing_of_axis("a", "easting", 0.1 * np.arange(11)) == pytest.approx(0.1, rel=1e-15)
    for nodes in ([1.0], [0.0, 1.0, 3.0], [2.0, 1.0]):
        with pytest.raises(InputError, match="at least two nodes of equal spacing along easting"):
            spacing_of_axis("a", "easting", np.array(nodes))


def test_a_grid_is_described_with_what_it_needs_and_becomes_a_survey(tmp_path: Path) -> None:
    path = tmp_path / "a.asc"
    path.write_text("ncols 3\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 10\n1 2 3\n4 5 6\n")
    told = describe(path)
    assert "2 x 3 nodes (northing, easting)" in told
    assert "to invert: expects to know what its values are" in told
    assert "to invert" not in describe(path, columns={"gz": 1}, height=2.0)
    assert "6 stations" in convert(path, tmp_path / "a.csv", columns={"gz": 1}, height=2.0)
    npt.assert_array_equal(read_survey(tmp_path / "a.csv").data, [[4, 5, 6, 1, 2, 3]])
