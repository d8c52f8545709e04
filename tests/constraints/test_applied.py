"""Constraints one after another, and what an inversion makes of them."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from bodies import box, written_tables
from small_inversions import buried_cube

import geoinv
from geoinv.algebra.matrices import Identity
from geoinv.constraints.applied import apply_constraints
from geoinv.constraints.body import Body
from geoinv.constraints.cells import Cells
from geoinv.constraints.holes import DrillHoles
from geoinv.constraints.layers import Layer, Layers
from geoinv.formats import collected

GRID = geoinv.Grid.regular((6, 12, 12), (20.0, 20.0, 20.0), (-120.0, 0.0, 0.0))
CUBE = box((100.0, 80.0, -80.0), (160.0, 140.0, -40.0))
"""The body of buried_cube."""

FLAT = [[0.0, 0.0, -60.0], [240.0, 240.0, -60.0]]


@pytest.fixture
def holes(tmp_path):
    return DrillHoles(*written_tables(tmp_path))


def applied(*constraints, **arguments):
    with collected():
        return apply_constraints(GRID, constraints, quantity="susceptibility", **arguments)


def test_later_ones_win_cell_by_cell(holes):
    layers, body = Layers((Layer(FLAT, value=0.01, bounds=(0.0, 0.2)),)), Body(CUBE, value=0.04, weight=9.0)
    known = applied(layers, body, holes, bounds=(0.0, np.inf), reference=0.002)
    deep = np.broadcast_to((GRID.upward < -60.0)[:, None, None], GRID.shape)
    drilled = np.isfinite(known.uncertainty)
    inside = np.zeros(GRID.shape, bool)
    inside[2:4, 4:7, 5:8] = True
    npt.assert_array_equal(known.upper, np.where(deep, 0.2, np.inf))
    npt.assert_array_equal(known.reference, np.where(inside, 0.04, np.where(deep, 0.01, 0.002)))
    npt.assert_array_equal((known.weights > 0.0), deep | inside | drilled)
    npt.assert_array_equal(known.weights[inside & ~drilled], 9.0)
    npt.assert_allclose(known.values[:, 5, 6], [0.0, 0.0, 0.05, 0.05, 0.0, 0.0], atol=3e-4)
    again = applied(holes, body)
    npt.assert_array_equal(again.values[inside], 0.04)
    assert np.isnan(again.uncertainty[inside]).all()


def test_a_reference_outside_the_bounds_is_led_to_them():
    known = applied(Body(CUBE, bounds=(0.01, 0.1)))
    assert np.unique(known.reference).tolist() == [0.0, 0.01]
    assert known.held is None


def test_a_side_that_is_not_given_stays_as_it_was(tmp_path):
    known = applied(Body(CUBE, bounds=(0.02, np.inf)), bounds=(-0.01, 0.1))
    assert (np.unique(known.lower).tolist(), np.unique(known.upper).tolist()) == ([-0.01, 0.02], [0.1])
    with pytest.raises(
        geoinv.InputError, match=r"the body expects bounds that leave room.* got 0.2 above 0.1 in the cell"
    ):
        applied(Body(CUBE, bounds=(0.2, np.inf)), bounds=(-0.01, 0.1))


def test_hard_holes_narrow_the_bounds_of_before(tmp_path):
    hard = DrillHoles(*written_tables(tmp_path), hard=True)
    known = applied(hard, bounds=(0.0, 0.052))
    drilled = np.isfinite(known.uncertainty)
    npt.assert_array_equal(known.lower[~drilled], 0.0)
    npt.assert_allclose(known.lower[:, 5, 6], [0, 0, 0.0448, 0.045, 0, 0], atol=3e-4)
    npt.assert_allclose(known.upper[:, 5, 6], [0.002, 0.002, 0.052, 0.052, 0.002, 0.002], atol=3e-4)
    with pytest.raises(
        geoinv.InputError, match=r"expects a value within the bounds of its cell, got 0.049.* for 0 to 0.01"
    ):
        applied(hard, bounds=(0.0, 0.01))


@pytest.mark.parametrize("order", [1, -1])
def test_contradictions_are_rejected_with_both_and_the_cell(holes, order):
    body = Body(CUBE, bounds=(0.1, 0.2))
    with pytest.raises(
        geoinv.InputError,
        match=r"intervals.csv, hole A at 60.* m expects a value within the bounds of its cell, got 0.0498.* for 0.1 to "
        r"0.2 of the body in the cell at \(130, 110, -70\) \(2 cells\)",
    ):
        applied(*(holes, body)[::order])
    with pytest.raises(geoinv.InputError, match=r"for 0 to 0.01 of the bounds of the model"):
        applied(holes, bounds=(0.0, 0.01))
    # within its uncertainty a value gives way
    known = applied(holes, Body(CUBE, bounds=(0.052, 0.2)))
    assert known.values[2, 5, 6] == 0.052


def test_what_is_no_constraint_is_rejected():
    for wrong in (3.0, Body, "stock.stl"):
        with pytest.raises(geoinv.InputError, match=r"constraints expect Cells, Layers, Body or DrillHoles"):
            applied(wrong)
    with pytest.raises(geoinv.InputError, match=r"the lower bound as one number or of shape"):
        applied(bounds=(np.zeros(3), 1.0))


def test_a_regularizer_without_a_reference_is_rejected():
    with pytest.raises(
        geoinv.InputError, match=r"constraints expect a regularizer with a reference in each cell, got Sum"
    ):
        applied().regularizer(geoinv.Smooth() + geoinv.Smooth())


@pytest.fixture(scope="module")
def cube():
    return buried_cube()


def nmse(model, true):
    return float(((model - true) ** 2).sum() / (true**2).sum())


@pytest.mark.parametrize(
    "phi", [geoinv.Smooth(), geoinv.Sparse(), geoinv.TotalVariation()], ids=["smooth", "sparse", "tv"]
)
def test_a_drill_hole_moves_the_model_and_its_values_are_honoured(holes, cube, phi):
    A, data, true = cube
    known = applied(holes, bounds=(0.0, np.inf))
    without = geoinv.invert(A, data, 1.0, phi, bounds=(0.0, np.inf))
    solution = geoinv.invert(A, data, 1.0, known.regularizer(phi), bounds=known.bounds)
    assert without.reached
    assert solution.reached
    assert known.within_uncertainty(without.model) == (0, 6)
    assert known.within_uncertainty(solution.model) == (6, 6)
    assert nmse(solution.model, true) < 0.7 * nmse(without.model, true)


def test_bounds_are_never_violated_and_fixed_cells_stay(cube):
    A, data, true = cube
    outside = Layers((Layer([[0.0, 0.0, -100.0], [240.0, 240.0, -100.0]], bounds=(0.003, 0.003)),))
    known = applied(outside, Body(CUBE, bounds=(0.02, 0.045)), bounds=(0.0, 0.01))
    solution = geoinv.invert(A, data, 1.0, known.regularizer(), bounds=known.bounds, iterations=20)
    assert (solution.model >= known.lower).all()
    assert (solution.model <= known.upper).all()
    npt.assert_array_equal(solution.model[0], 0.003)
    assert nmse(solution.model, true) < 0.5


def test_without_data_a_held_cell_is_all_that_counts():
    # in a row of cells with smoothness alone, what one cell is held at is everyone's
    known = apply_constraints(
        geoinv.Grid.regular((1, 1, 5), (1.0, 1.0, 1.0)), [Cells(value=[[[np.nan, np.nan, 0.3, np.nan, np.nan]]])]
    )
    phi = known.regularizer(geoinv.Smooth(smallness=0.0, weighting=None, reference=0.0))
    held = phi.held
    row = geoinv.Smooth(smallness=0.0, weighting=None, held=held, reference=np.full((1, 1, 5), 0.1)).bind(
        Identity((1, 1, 5))
    )
    even = np.full((1, 1, 5), 0.3)
    npt.assert_allclose(row.gradient(even), 0.0, atol=1e-15)
    assert row.value(even) == pytest.approx(0.0, abs=1e-15)
    assert row.value(even + 0.1) == pytest.approx(0.005)
