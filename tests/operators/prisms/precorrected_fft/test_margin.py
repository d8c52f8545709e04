"""Plans that hold for models of one cell too: stricter where stations are few, none where they are too few."""

from __future__ import annotations

import numpy as np
from lattice_cases import GRID, at, draped, problem_of

from geoinv.operators.prisms.precorrected_fft.margin import assured_plan
from geoinv.operators.prisms.precorrected_fft.plan import plan_of


def plans(survey, **options):
    problem = problem_of(survey, **options)
    plan = plan_of(problem)
    assert not isinstance(plan, str)
    return plan, assured_plan(problem, plan)


def test_a_survey_that_covers_the_cells_needs_no_less_than_its_plan():
    plan, assured = plans(draped(400), rtol=1e-5)
    assert not isinstance(assured, str)
    assert np.all(np.array(assured.orders) >= plan.orders)
    assert assured.radius >= plan.radius


def test_stations_at_one_place_have_no_plan():
    places = [(600.0 + 1e-3 * n, 500.0, 300.0) for n in range(3)]
    _, assured = plans(at(places, ("bee",)), rtol=1e-5, grid=GRID)
    assert assured == (
        "stations are so few, or so close together, that the fields of some cells nearly vanish at all of them"
    )
