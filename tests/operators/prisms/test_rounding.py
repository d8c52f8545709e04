"""Far prisms lose digits: how many is foreseen, and engines that would break their promise by it step back."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from makers import ENGINES, FIELD
from reference import dipole_tensor, field_tensor, first_derivatives, second_derivatives, third_derivatives

import geoinv
from geoinv import InputError
from geoinv.operators import Magnetics
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.problem import PrismProblem
from geoinv.operators.prisms.rounding import prism_rounding
from geoinv.operators.prisms.weights import KernelWeights

FIELD_COMPONENTS = ("be", "bn", "bu")


def cell(size: tuple[float, float, float]) -> geoinv.Grid:
    """One cell about the origin, (easting, northing, upward) metres."""
    return geoinv.Grid(*([-0.5 * width, 0.5 * width] for width in size))


def far(place: tuple[float, float, float], components: tuple[str, ...] = FIELD_COMPONENTS) -> geoinv.Survey:
    return geoinv.Survey(*np.transpose([place]), components=components, field=FIELD)


@pytest.mark.parametrize("size", [(2.0, 2.0, 2.0), (20.0, 2.0, 2.0), (2.0, 20.0, 20.0)])
@pytest.mark.parametrize("place", [(30.0, 40.0, 25.0), (700.0, -300.0, 90.0), (-3000.0, 5000.0, 11.0)])
def test_the_rounding_of_a_prism_is_foreseen(size, place):
    survey = far(place)
    found = Magnetics(cell(size), survey, engine="dense", unknown="magnetization").to_dense()
    half = [0.5 * width for width in size]
    bounds = (-half[0], half[0], -half[1], half[1], -half[2], half[2])
    exact = field_tensor(bounds, place)
    of = magnetic_problem(cell(size), survey, "magnetization", np.dtype(float))
    foreseen = prism_rounding(of.edges, of.cells.active, of.local_stations, of.kernels.order, 0.0)
    assert abs(found - exact).max() < max(foreseen, 1e-14) * abs(exact).max()


@pytest.mark.parametrize("size", [(2.0, 2.0, 2.0), (20.0, 2.0, 2.0), (2.0, 20.0, 20.0)])
@pytest.mark.parametrize("place", [(0.3, 15000.0, -0.4), (3000.0, 0.2, 0.9), (-0.5, 0.2, 900.0), (700.0, 500.0, 90.0)])
def test_that_of_every_order_is_foreseen_in_line_with_the_prism_too(size, place):
    bounds = tuple(edge for width in size for edge in (-0.5 * width, 0.5 * width))
    tensors = [first_derivatives, second_derivatives, third_derivatives]
    for order, derivatives in enumerate(tensors, 1):
        exact = derivatives(bounds, place)
        rows = [np.eye(3**order)[number].reshape([3] * order) for number in range(3**order)]
        of = PrismProblem(cell(size), np.array([place]), KernelWeights.of([[row] for row in rows]), np.dtype(float))
        error = abs(cell_fields(of, of.local_stations).ravel() - exact.ravel()).max() / abs(exact).max()
        foreseen = prism_rounding(of.edges, of.cells.active, of.local_stations, [order], 0.0)
        assert error < max(foreseen, 1e-14)


def test_the_nearest_station_counts():
    many = geoinv.Survey([5.0, 1e5, 2e5], [0.0] * 3, [3.0] * 3, field=FIELD)
    of = magnetic_problem(cell((2.0, 2.0, 2.0)), many, "susceptibility", np.dtype(float))
    assert prism_rounding(of.edges, of.cells.active, of.local_stations, of.kernels.order, 1e-6) < 1e-11


@pytest.mark.parametrize("engine", ["gridded", "lattice", "dense"])
def test_an_engine_of_exact_prisms_refuses_cells_whose_field_it_would_round_away(engine):
    told = (
        rf"engine='{engine}' expects .*, but prisms round in float64 to 0.0002 of what the furthest cells give, above"
    )
    with pytest.raises(InputError, match=told):
        Magnetics(cell((5.0, 5.0, 5.0)), far((30000.0, 0.0, 40.0)), engine=engine, rtol=1e-6)


def test_the_direct_engine_is_right_there_and_the_rule_takes_it():
    place = np.array([30000.0, 0.0, 40.0])
    A = Magnetics(cell((5.0, 5.0, 5.0)), far(tuple(place)), rtol=1e-6, unknown="magnetization")
    assert A.engine == "direct"
    npt.assert_allclose(A.to_dense(), dipole_tensor(place, 125.0), rtol=1e-6, atol=1e-6 * 125.0 * 100.0 / 30000.0**3)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_grid_without_active_cells_gives_nothing(engine):
    grid = geoinv.Grid.regular((2, 3, 3), (5.0, 5.0, 5.0), (-10.0, 0.0, 0.0))
    survey = geoinv.Survey([2.5, 7.5], [2.5, 2.5], [3.0, 3.0], field=FIELD)
    A = Magnetics(grid.with_active(np.zeros(grid.shape, bool)), survey, engine=engine, rtol=1e-5)
    assert not A(np.ones(grid.shape)).any()
    assert not A.T(np.ones(A.range_shape)).any()
    assert not A.gram_diagonal().any()
