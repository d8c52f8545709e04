"""The survey: stations and data, round trips through xarray, and what it says to wrong input."""

from __future__ import annotations

import re

import numpy as np
import numpy.testing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoinv import InputError, MainField, Survey
from geoinv.conventions.quantities import MAGNETIC_COMPONENTS as COMPONENTS

FIELD = MainField(65.0, 25.0, 50000.0)
DATA = np.arange(6.0).reshape(2, 3)
SURVEY = Survey(
    [0.0, 10.0, 20.0],
    [1.0, 2.0, 3.0],
    [30.0, 31.0, 32.0],
    components=("tmi", "buu"),
    field=FIELD,
    data=DATA,
    uncertainty=DATA + 0.5,
    anomaly_direction=(-10.0, 200.0),
    crs="EPSG:26917",
    attributes={"origin": "a flight", "licence": "CC-BY"},
)


def assert_same(one: Survey, other: Survey) -> None:
    for name in ("easting", "northing", "upward", "data", "uncertainty"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert (mine is None) == (theirs is None)
        if mine is not None:
            npt.assert_array_equal(mine, theirs)
    for name in ("components", "field", "anomaly_direction", "crs"):
        assert getattr(one, name) == getattr(other, name)


def small(**changes: object) -> Survey:
    arguments = {"easting": [0.0, 1.0], "northing": [0.0, 1.0], "upward": [0.0, 1.0], "field": FIELD, **changes}
    return Survey(**arguments)


def test_a_survey_tells_its_stations_and_the_shape_of_its_data():
    assert SURVEY.stations == 3
    assert SURVEY.range_shape == (2, 3)
    assert small().range_shape == (1, 2)
    assert small(components="bu").components == ("bu",)


def test_data_of_one_component_may_be_one_row_and_uncertainty_one_number():
    survey = small(data=[1, 2], uncertainty=3)
    npt.assert_array_equal(survey.data, [[1.0, 2.0]])
    npt.assert_array_equal(survey.uncertainty, [[3.0, 3.0]])
    npt.assert_array_equal(small(components=("be", "bn"), uncertainty=2.0).uncertainty, np.full((2, 2), 2.0))


def test_tmi_projects_on_the_field_unless_another_direction_is_given():
    npt.assert_array_equal(small().projection, FIELD.direction)
    assert small().anomaly_direction == (65.0, 25.0)
    npt.assert_allclose(small(anomaly_direction=(0.0, 90.0)).projection, [1.0, 0.0, 0.0], atol=1e-15)


def test_a_survey_is_frozen_and_keeps_nothing_of_the_caller():
    easting, data, attributes = np.array([0.0, 1.0]), np.array([5.0, 6.0]), {"origin": "here"}
    survey = small(easting=easting, data=data, attributes=attributes)
    easting[0] = data[0] = -9.0
    attributes["origin"] = "there"
    assert survey.easting[0] == 0.0
    assert survey.data[0, 0] == 5.0
    assert survey.attributes == {"origin": "here"}
    for array in (survey.easting, survey.data):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


@pytest.mark.parametrize(
    ("selection", "kept"),
    [
        (slice(None, None, 2), [0, 2]),
        ([True, False, True], [0, 2]),
        (np.array([2, 0]), [2, 0]),
        ([1], [1]),
        (1, [1]),
        (-1, [2]),
    ],
)
def test_selected_stations_keep_their_data_and_all_else(selection, kept):
    survey = SURVEY.select(selection)
    npt.assert_array_equal(survey.easting, SURVEY.easting[kept])
    npt.assert_array_equal(survey.data, DATA[:, kept])
    npt.assert_array_equal(survey.uncertainty, DATA[:, kept] + 0.5)
    assert survey.crs == SURVEY.crs
    assert survey.anomaly_direction == (-10.0, 200.0)
    assert survey.attributes == SURVEY.attributes


def test_other_data_and_other_components_go_on_the_same_stations():
    survey = SURVEY.with_data(2 * DATA)
    npt.assert_array_equal(survey.data, 2 * DATA)
    assert survey.uncertainty is None
    other = SURVEY.with_components(["be"])
    assert other.components == ("be",)
    assert other.data is None
    assert other.uncertainty is None
    assert other.anomaly_direction == SURVEY.anomaly_direction


def test_a_survey_survives_xarray():
    back = Survey.from_xarray(SURVEY.to_xarray())
    assert_same(back, SURVEY)
    assert back.attributes == SURVEY.attributes


@given(
    st.lists(st.sampled_from(COMPONENTS), min_size=1, unique=True),
    st.integers(1, 5),
    st.booleans(),
    st.booleans(),
    st.floats(-90.0, 90.0),
    st.floats(-360.0, 360.0),
)
def test_any_survey_survives_xarray(components, stations, with_data, with_uncertainty, inclination, declination):
    random = np.random.default_rng(0)
    shape = (len(components), stations)
    survey = Survey(
        *random.uniform(-1e6, 1e6, (3, stations)),
        components=tuple(components),
        field=MainField(inclination, declination, 43210.987),
        data=random.standard_normal(shape) if with_data else None,
        uncertainty=random.uniform(0.1, 1.0, shape) if with_uncertainty else None,
    )
    assert_same(Survey.from_xarray(survey.to_xarray()), survey)


def test_a_survey_in_xarray_carries_units_and_the_field():
    data = SURVEY.to_xarray()
    assert data.tmi.attrs["units"] == "nT"
    assert data.buu.attrs["units"] == "nT m-1"
    assert data.tmi_uncertainty.attrs["units"] == "nT"
    assert data.easting.attrs == {"standard_name": "projection_x_coordinate", "units": "m"}
    assert data.attrs["field_intensity"] == 50000.0
    assert data.attrs["anomaly_declination"] == 200.0
    assert data.tmi.attrs["grid_mapping"] == "crs"
    assert dict(data.sizes) == {"station": 3}


def test_a_field_that_is_given_takes_the_place_of_the_one_in_the_attributes():
    other = MainField(-45.0, 5.0, 30000.0)
    survey = Survey.from_xarray(SURVEY.to_xarray(), field=other)
    assert survey.field == other
    assert survey.anomaly_direction == (-45.0, 5.0)


def test_components_are_told_from_the_variables_where_attributes_are_missing():
    data = SURVEY.to_xarray().drop_vars("tmi_uncertainty")
    data.attrs = {}
    survey = Survey.from_xarray(data, field=FIELD)
    assert survey.components == ("tmi", "buu")
    npt.assert_array_equal(survey.data, DATA)
    assert survey.uncertainty is None
    bare = Survey.from_xarray(data.drop_vars(["tmi", "buu", "buu_uncertainty"]), field=FIELD)
    assert bare.components == ("tmi",)
    assert bare.data is None


def test_printing_tells_stations_components_and_field():
    assert repr(SURVEY) == "Survey of 3 stations, tmi buu (with data), field 65 25 deg 50000 nT"
    assert "(without data)" in repr(small())


GRAVITY = Survey([0.0, 10.0], [0.0, 0.0], [5.0, 6.0], components=("gz", "guu"), data=[[1.0, -2.0], [30.0, 40.0]])


def test_a_gravity_survey_has_no_field_and_comes_back_from_xarray():
    data = GRAVITY.with_data(GRAVITY.data, [[0.1, 0.1], [1.0, 1.0]]).to_xarray()
    assert not [name for name in data.attrs if "field" in name or "anomaly" in name]
    assert (data["gz"].units, data["gz"].long_name) == ("mGal", "gravity anomaly, positive down")
    assert (data["guu"].units, data["gz_uncertainty"].units) == ("1e-9 s-2", "mGal")
    again = Survey.from_xarray(data)
    assert (again.components, again.field, again.projection, again.kind) == (("gz", "guu"), None, None, "gravity")
    npt.assert_array_equal(again.data, GRAVITY.data)
    assert again.same_places(GRAVITY)
    assert repr(again) == "Survey of 2 stations, gz guu (with data)"
    assert small().with_components(("gz",)).field is None


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (
            lambda: small(field=None),
            "Survey expects field=MainField(inclination, declination, intensity), got None; the",
        ),
        (
            lambda: small(field=(65, 25, 5e4)),
            "Survey expects field=MainField(inclination, declination, intensity), got (",
        ),
        (
            lambda: small(components=("tmi", "bz")),
            "Survey expects components among tmi be bn bu bee ben beu bnn bnu buu b_amplitude tmi_exact gz ge",
        ),
        (
            lambda: small(components=("tmi", "gz")),
            "Survey expects components of one kind, got tmi (magnetic) and gz (gravity); make a survey of each",
        ),
        (lambda: small(components=("gz",)), "expects no inducing field with gravity components (gz), got a field; lea"),
        (
            lambda: small(components=("gz",), field=None, anomaly_direction=(5.0, 5.0)),
            "Survey expects no inducing field with gravity components (gz), got an anomaly_direction; leave it out",
        ),
        (
            lambda: GRAVITY.main_field,
            "expected a magnetic survey, got one of gz guu, which has no inducing field; give",
        ),
        (lambda: GRAVITY.with_components(["tmi"]), "Survey expects field=MainField(inclination, declination, intens"),
        (lambda: small(components=("be", "be")), "each once, got be be"),
        (lambda: small(components=()), "each once, got none"),
        (lambda: small(northing=[0.0]), "Survey expects one northing a station, got 1 for 2 stations"),
        (lambda: small(upward=[0.0, 1.0, 2.0]), "Survey expects one upward a station, got 3 for 2 stations"),
        (lambda: small(easting=[]), "Survey expects easting of shape (stations,), got (0,)"),
        (lambda: small(easting=[[0.0, 1.0]]), "Survey expects easting of shape (stations,), got (1, 2)"),
        (lambda: small(upward=[0.0, np.nan]), "Survey expects finite upward in metres, got nan at [1] (1 of 2 values)"),
        (lambda: small(upward=["a", "b"]), "Survey expects upward to be real numbers, got values of type <U1"),
        (lambda: small(data=[1, 2, 3]), "Survey expects data of shape (1, 2) (components, stations), got (3,)"),
        (
            lambda: small(components=("be", "bn"), data=[1, 2]),
            "Survey expects data of shape (2, 2) (components, stations)",
        ),
        (
            lambda: small(data=[1, np.inf]),
            "Survey expects finite data, got inf at [0, 1] (1 of 2 values); drop those stat",
        ),
        (
            lambda: small(uncertainty=[1, 0]),
            "Survey expects positive uncertainty, got 0.0 at [0, 1] (1 of 2 values); give",
        ),
        (lambda: small(uncertainty=-2.0), "Survey expects positive uncertainty, got -2.0 at [0, 0] (2 of 2 values)"),
        (lambda: small(uncertainty=[1, np.nan]), "Survey expects finite uncertainty, got nan at [0, 1]"),
        (lambda: small(anomaly_direction=(95.0, 0.0)), "inclination between -90 and 90 degrees, got 95"),
        (
            lambda: small(anomaly_direction=(5.0,)),
            "expects anomaly_direction as two angles (inclination, declination) in",
        ),
        (lambda: SURVEY.select([False] * 3), "Survey.select expects at least one station to be left, got none; widen"),
        (lambda: SURVEY.select(slice(3, 9)), "Survey.select expects at least one station to be left, got none"),
        (
            lambda: Survey.from_xarray(SURVEY.to_xarray().drop_vars("upward")),
            "Survey.from_xarray expects easting, northing, upward over station, got buu, buu_uncertainty, crs,",
        ),
        (
            lambda: Survey.from_xarray(SURVEY.to_xarray().assign_attrs(field_inclination=200.0)),
            "MainField expects inclination between -90 and 90 degrees, got 200",
        ),
    ],
)
def test_what_cannot_be_a_survey_is_said_in_a_sentence(attempt, sentence):
    with pytest.raises(InputError, match=re.escape(sentence)):
        attempt()


def test_a_dataset_without_a_field_names_the_attribute_that_is_missing():
    data = SURVEY.to_xarray()
    del data.attrs["field_declination"]
    with pytest.raises(InputError, match=r"got no field_declination; give field=MainField\(\.\.\.\)"):
        Survey.from_xarray(data)
