"""Classes that all properties tell together: models beside separate ones, wrong classes, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.testing as npt
import pytest
from scipy.stats import norm
from two_bodies import data_sets, nmse, truth

import geoinv
from geoinv.core.checks import InputError
from geoinv.regularizers.rock_classes import RockClass

POSITIVE = {name: geoinv.Property(bounds=(0.0, np.inf)) for name in ("susceptibility", "density")}


def classes(chi=(0.045, 0.033), rho=(270.0, 550.0)):
    """Host and two bodies, with means a tenth off the truth."""
    return {
        name: [
            RockClass("host", 0.0, least, 0.9),
            RockClass("first", means[0], wide, 0.05),
            RockClass("second", means[1], wide, 0.05),
        ]
        for name, means, least, wide in (("susceptibility", chi, 0.002, 0.006), ("density", rho, 15.0, 50.0))
    }


@pytest.fixture(scope="module")
def solution():
    return geoinv.invert_jointly(data_sets(), POSITIVE, coupling="mixture", classes=classes())


def test_models_with_classes_are_nearer_the_truth_and_every_data_set_fits(solution):
    assert solution.reached
    for part, given in zip(solution.parts, data_sets(), strict=True):
        residual = (given.data - given.operator(part.model)) / given.uncertainty
        assert 0.98 <= np.mean(residual**2) <= 1.01
    assert solution.structural_error <= 0.1 * solution.separate_structural_error
    for name, true in zip(solution.models, truth(), strict=True):
        assert nmse(solution.models[name], true) < nmse(solution.separate[name].model, true)


def test_memberships_in_the_result_are_those_of_both_values_of_each_cell(solution):
    result = solution.to_xarray()
    density = np.zeros((3, *solution.models["density"].shape))
    for k in range(3):
        for name, rocks in classes().items():
            density[k] += norm.logpdf(solution.models[name], rocks[k].mean, rocks[k].standard_deviation)
        density[k] += np.log(rocks[k].proportion)
    expected = np.exp(density - density.max(axis=0))
    npt.assert_allclose(result["rock_class_probability"], expected / expected.sum(axis=0), atol=1e-9)
    npt.assert_array_equal(result["rock_class"], np.argmax(expected, axis=0))
    assert result["rock_class"].attrs["flag_meanings"] == "host first second"
    assert (result["rock_class"] == 1).sum() > 3


def test_wrong_classes_still_fit_the_data_and_are_doubted():
    wrong = classes(chi=(-0.2, 0.4), rho=(-3000.0, 5000.0))
    solution = geoinv.invert_jointly(data_sets(), POSITIVE, coupling="mixture", classes=wrong)
    assert [0.98 <= part.chi2_per_datum <= 1.01 for part in solution.parts] == [True, True]
    assert "no cell is of the class" in " ".join(solution.parts[0].doubts)


def test_classes_that_one_property_does_not_tell_apart_are_allowed_and_such_that_none_does_are_refused():
    alike = classes(rho=(300.0, 300.0))
    geoinv.invert_jointly(data_sets(), POSITIVE, coupling="mixture", classes=alike, iterations=1)
    with pytest.raises(InputError, match="'first' and 'second', which overlap to 100 % in all of them"):
        geoinv.invert_jointly(data_sets(), coupling="mixture", classes=classes((0.05, 0.05), (300.0, 300.0)))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"classes": None}, "expects classes of each property .susceptibility, density., got those of none"),
        ({"classes": {"density": classes()["density"]}}, "got those of density"),
        ({"coupling": "none"}, "expects classes with the coupling 'mixture', got 'none'"),
        (
            {"classes": {**classes(), "density": [replace(one, name="a" + one.name) for one in classes()["density"]]}},
            "host, first, second for the susceptibility and ahost, afirst",
        ),
        ({"properties": {"density": geoinv.Property(geoinv.Sparse())}}, "zero beside it, got Sparse; leave it out"),
        ({"properties": {"density": geoinv.Property(geoinv.Smooth(reference=5.0))}}, "got a reference; leave it out"),
    ],
)
def test_what_cannot_be_coupled_by_classes_is_refused(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        geoinv.invert_jointly(data_sets(), **{"coupling": "mixture", "classes": classes(), **arguments})
