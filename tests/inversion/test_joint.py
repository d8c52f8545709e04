"""Joint inversions: every data set fitted, one structure, and models no worse than by themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest
from two_bodies import data_sets, nmse, operators, truth

import geoinv
from geoinv.core.checks import InputError
from geoinv.inversion.outcome import Outcome

POSITIVE = {name: geoinv.Property(bounds=(0.0, np.inf)) for name in ("susceptibility", "density")}


@pytest.fixture(scope="module")
def solution():
    return geoinv.invert_jointly(data_sets(), POSITIVE)


def test_every_data_set_ends_in_its_window(solution):
    assert solution.reached
    for part, given in zip(solution.parts, data_sets(), strict=True):
        residual = (given.data - given.operator(part.model)) / given.uncertainty
        assert 0.98 <= np.mean(residual**2) <= 1.01
        npt.assert_allclose(part.chi2_per_datum, np.mean(residual**2), rtol=1e-6)


def test_structures_agree_ten_times_better_and_the_models_are_no_worse(solution):
    alone = [geoinv.invert(one.operator, one.data, one.uncertainty, bounds=(0.0, np.inf)).model for one in data_sets()]
    mesh = operators()[0].mesh
    separate = geoinv.structural_error(mesh, *alone)
    npt.assert_allclose(solution.separate_structural_error, separate, rtol=1e-12)
    npt.assert_allclose(geoinv.structural_error(mesh, *solution.models.values()), solution.structural_error)
    assert solution.structural_error <= 0.1 * separate
    for joint, single, true in zip(solution.models.values(), alone, truth(), strict=True):
        assert joint.min() >= 0.0
        assert nmse(joint, true) <= 1.02 * nmse(single, true)


def test_without_coupling_the_models_are_those_of_separate_inversions():
    solution = geoinv.invert_jointly(data_sets(), POSITIVE, coupling="none")
    for name, model in solution.models.items():
        separate = solution.separate[name].model
        assert np.linalg.norm(model - separate) <= 0.02 * np.linalg.norm(separate)


def test_surveys_of_one_property_at_different_heights_each_end_in_their_window():
    low, high = data_sets(0, 20.0)[0], data_sets(1, 120.0)[0]
    high = replace(high, uncertainty=1.8)  # else the low data alone would tell them better than asked
    solution = geoinv.invert_jointly([low, high])
    assert solution.reached
    assert [0.98 <= part.chi2_per_datum <= 1.01 for part in solution.parts] == [True, True]
    npt.assert_array_equal(solution.parts[0].model, solution.parts[1].model)
    together = [part.chi2_per_datum for part in solution.parts]
    npt.assert_allclose(together, [np.mean((p.residual / p.uncertainty) ** 2) for p in solution.parts])


def test_data_that_others_of_their_property_tell_are_granted():
    low, high = data_sets(0, 20.0)[0], replace(data_sets(1, 120.0)[0], name="high")
    solution = geoinv.invert_jointly([low, high])
    assert solution.reached
    assert solution.granted == ("high",)
    assert solution.parts[1].chi2_per_datum < 0.98
    assert "met by the other data" in solution.status


def test_references_bounds_and_base_levels_are_those_of_each_property():
    magnetic, gravity = data_sets()
    magnetic = replace(magnetic, data=np.asarray(magnetic.data) + 40.0, base_level="fit")
    bounds = np.full((5, 10, 10), -np.inf), np.full((5, 10, 10), 200.0)
    properties = {"density": geoinv.Property(geoinv.Smooth(reference=20.0), bounds)}
    solution = geoinv.invert_jointly([magnetic, gravity], properties)
    assert abs(solution.parts[0].base_level[0] - 40.0) < 15.0
    assert solution.models["density"].max() <= 200.0
    assert solution.separate["density"].problem.reference.min() == 20.0
    assert solution.reached


def test_compact_models_are_reweighted_on_the_way():
    sparse = {name: geoinv.Property(geoinv.Sparse(), (0.0, np.inf)) for name in ("susceptibility", "density")}
    solution = geoinv.invert_jointly(data_sets(), sparse, iterations=30)
    assert solution.structural_error < 0.5 * solution.separate_structural_error
    assert all(0.9 < part.chi2_per_datum < 1.1 for part in solution.parts)


def test_ctrl_c_keeps_the_last_models(monkeypatch):
    from geoinv.inversion import joint_loop

    reports = []

    def interrupt(*arguments):
        reports.append(arguments)
        if len(reports) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(joint_loop, "report", interrupt)
    solution = geoinv.invert_jointly(data_sets(), POSITIVE)
    assert solution.outcome is Outcome.INTERRUPTED
    assert solution.rounds == 1
    assert "interrupted after 1 round" in solution.status


def test_data_that_the_reference_fits_are_refused():
    magnetic, gravity = data_sets()
    with pytest.raises(InputError, match="data of the density that the reference alone fits"):
        geoinv.invert_jointly([magnetic, replace(gravity, uncertainty=10.0)])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"coupling": "friendship"}, "cross-gradient"),
        ({"strength": 0.0}, "strength"),
        ({"structure": np.nan}, "structure"),
        ({"iterations": 0}, "iterations"),
        ({"properties": {"velocity": geoinv.Property()}}, "properties that data tell of"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        geoinv.invert_jointly(data_sets(), **arguments)
