"""Fields of equivalent sources against those of the true bodies."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from buried_bodies import FIELD, NOISE, POLE, fitted, nodes, survey_of, truth

from geoinv import InputError, MainField, Survey
from geoinv.equivalent_sources.sources import EquivalentSources, pole_amplification


@pytest.mark.parametrize("component", ["tmi", "gz"])
def test_the_sources_fit_the_data_to_their_noise(component):
    sources = fitted(component)
    assert sources.solution.reached
    survey = sources.survey
    at_stations = sources.predict(survey.easting, survey.northing, survey.upward)
    # independently of what the inversion says of itself
    assert np.mean(((survey.data - at_stations) / survey.uncertainty) ** 2) == pytest.approx(1.0, abs=0.03)
    # closer to the truth than the data are, which the noise does not tell from the sources
    assert np.std(at_stations - truth(survey)) < 0.7 * NOISE[survey.kind]


@pytest.mark.parametrize("component", ["tmi", "gz"])
def test_the_field_higher_up_is_that_of_the_bodies(component):
    sources, places = fitted(component), nodes(100.0)
    true = truth(Survey(*places, (component,), sources.survey.field))
    found = sources.predict(*places)
    assert np.abs(found - true).max() < 0.02 * np.abs(true).max()


def test_the_field_at_the_pole_is_that_of_bodies_magnetized_vertically():
    sources, places = fitted(), nodes(0.0)
    true = truth(Survey(*places, ("tmi",), POLE))
    error = sources.predict(*places, pole=True) - true
    assert np.sqrt(np.mean(error**2)) < 0.01 * np.abs(true).max()
    assert np.abs(sources.predict(*places) - true).max() > 0.1 * np.abs(true).max(), "and differs from the data"


def test_components_follow_from_the_total_field():
    sources, places = fitted(), nodes(50.0)
    names = ("be", "bn", "bu")
    true = truth(Survey(*places, names, FIELD))
    found = sources.predict(*places, names)
    for row, exact in zip(found, true, strict=True):
        # a constant in the data belongs to no component, and what the sources leave to it is missing here
        assert np.std(row - exact) < 0.02 * np.abs(exact).max()


def test_derivatives_are_those_of_the_bodies_by_differences():
    sources, places = fitted(), nodes(60.0)
    step = 1.0

    def moved(axis, by):
        shifted = [part + by * (axis == place) for place, part in enumerate(places)]
        return truth(Survey(*shifted, ("tmi",), FIELD))[0]

    east, north, up = ((moved(axis, step) - moved(axis, -step)) / (2.0 * step) for axis in range(3))
    names = ["easting_derivative", "northing_derivative", "downward_derivative", "horizontal_gradient"]
    names += ["total_gradient", "tilt"]
    found = dict(zip(names, sources.predict(*places, names), strict=True))
    largest = np.sqrt(east**2 + north**2 + up**2).max()
    expected = {
        "easting_derivative": east,
        "northing_derivative": north,
        "downward_derivative": -up,
        "horizontal_gradient": np.hypot(east, north),
        "total_gradient": np.sqrt(east**2 + north**2 + up**2),
    }
    for name, exact in expected.items():
        assert np.sqrt(np.mean((found[name] - exact) ** 2)) < 0.02 * largest, name
    strong = expected["total_gradient"] > 0.3 * largest
    tilt = np.degrees(np.arctan2(-up, np.hypot(east, north)))
    assert np.abs(found["tilt"] - tilt)[strong].max() < 6.0


def test_where_the_field_is_vertical_the_pole_is_the_data():
    survey = survey_of(side=12, field=POLE)
    sources = EquivalentSources(depth=160.0).fit(survey)
    places = nodes(20.0)
    npt.assert_allclose(sources.predict(*places, pole=True), sources.predict(*places), rtol=0, atol=1e-9)


def test_a_constant_in_the_data_is_no_source():
    survey = survey_of("gz", side=12)
    found = []
    for level in (0.0, 50.0):
        raised = survey.with_data(survey.data + level, survey.uncertainty)
        found.append(EquivalentSources(depth=240.0).fit(raised).predict(*nodes(50.0)))
    npt.assert_allclose(found[1] - found[0], 50.0, atol=0.01)


def test_gravity_is_as_near_the_truth_as_harmonicas():
    harmonica = pytest.importorskip("harmonica")
    survey, places = survey_of("gz"), nodes(50.0)
    peer = harmonica.EquivalentSources(depth=200.0, damping=1e-3)
    peer.fit((survey.easting, survey.northing, survey.upward), survey.data[0])
    true = truth(Survey(*places, ("gz",)))[0]
    theirs = np.sqrt(np.mean((peer.predict(places) - true) ** 2))
    ours = np.sqrt(np.mean((fitted("gz").predict(*places)[0] - true) ** 2))
    assert theirs < 0.05 * np.abs(true).max(), "the peer works"
    assert ours < 1.2 * theirs


def test_amplification_at_the_pole():
    assert pole_amplification(survey_of(side=3, field=POLE)) == pytest.approx(1.0)
    assert pole_amplification(survey_of(side=3, field=MainField(0.0, 0.0, 50000.0))) == np.inf


def test_what_cannot_be_done_is_said():
    survey = survey_of(side=4)
    with pytest.raises(InputError, match="call fit"):
        EquivalentSources().predict(0.0, 0.0, 0.0)
    with pytest.raises(InputError, match=r"depth.*metres below"):
        EquivalentSources(depth=-5.0)
    with pytest.raises(InputError, match="add the data"):
        EquivalentSources().fit(survey.with_data(None))
    on_a_line = Survey(survey.easting, 2.0 * survey.easting, survey.upward, field=FIELD).with_data(survey.data, 1.0)
    with pytest.raises(InputError, match="one line; give several lines"):
        EquivalentSources().fit(on_a_line)
    strength = Survey(survey.easting, survey.northing, survey.upward, ("b_amplitude",), FIELD)
    with pytest.raises(InputError, match="linear in the sources, got b_amplitude"):
        EquivalentSources().fit(strength.with_data(np.ones(survey.stations)))
    with pytest.raises(InputError, match="above them, got a height of -2000 m"):
        fitted().predict(700.0, 700.0, -2000.0)
    with pytest.raises(InputError, match=r"among tmi .* tilt, each once, got gz"):
        fitted().predict(700.0, 700.0, 100.0, ["gz"])
    with pytest.raises(InputError, match="expects magnetic data, got gz"):
        fitted("gz").predict(700.0, 700.0, 100.0, pole=True)
