"""Forward models that are not linear: who may stand for one, and the chain rule."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv import InputError
from geoinv.algebra.forward_model import ForwardModel, NonlinearOperator, as_forward_model, composed
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import MatrixOperator

RANDOM = np.random.default_rng(3)
M = RANDOM.standard_normal((6, 4))


class Cubes:
    """Cubes of a matrix's data, in a class that derives from nothing."""

    domain_shape, range_shape = (4,), (6,)

    def __call__(self, x):
        return (M @ x) ** 3

    def linearise(self, x):
        return 3.0 * (M @ x)[:, None] ** 2 * M


def finite_differences(model, x, step=1e-6):
    columns = [(model(x + step * e) - model(x - step * e)) / (2.0 * step) for e in np.eye(x.size)]
    return np.stack(columns, axis=-1)


def test_a_linear_operator_is_its_own_jacobian_everywhere():
    A = MatrixOperator(M)
    assert A.linearise(np.ones(4)) is A
    assert isinstance(A, ForwardModel)
    total = A + 2.0 * A
    assert total.linearise(np.ones(4)) is total


def test_what_has_the_members_of_a_forward_model_is_one():
    model = as_forward_model("invert", Cubes())
    assert isinstance(model, NonlinearOperator)
    x = RANDOM.standard_normal(4)
    npt.assert_allclose(model(x), (M @ x) ** 3)
    assert isinstance(model.linearise(x), LinearOperator)
    npt.assert_allclose(model.linearise(x).to_dense(), finite_differences(model, x), rtol=1e-7, atol=1e-7)
    assert repr(model) == "Cubes: (4,) to (6,), float64"


@pytest.mark.parametrize("given", [M, MatrixOperator(M), M.tolist()], ids=["array", "operator", "list"])
def test_linear_maps_stay_linear(given):
    assert isinstance(as_forward_model("invert", given), LinearOperator)


@pytest.mark.parametrize("order", ["outside", "inside", "both"])
def test_compositions_follow_the_chain_rule(order):
    cubes = as_forward_model("invert", Cubes())
    outer, inner = MatrixOperator(RANDOM.standard_normal((3, 6))), MatrixOperator(RANDOM.standard_normal((4, 5)))
    model = composed(outer, cubes) if order != "inside" else cubes
    model = composed(model, inner) if order != "outside" else model
    x = 0.5 * RANDOM.standard_normal(model.domain_shape)
    expected = finite_differences(model, x)
    npt.assert_allclose(model.linearise(x).to_dense(), expected, rtol=1e-6, atol=1e-6 * abs(expected).max())
    assert isinstance(composed(outer, MatrixOperator(M)), LinearOperator)


def test_shapes_that_do_not_fit_are_refused_in_a_sentence():
    cubes = as_forward_model("invert", Cubes())
    with pytest.raises(InputError, match=r"MatrixOperator of Cubes expects Cubes to give \(4,\), it gives \(6,\)"):
        composed(MatrixOperator(M), cubes)

    class Crossed(Cubes):
        def linearise(self, x):
            return super().linearise(x).T

    with pytest.raises(InputError, match=r"Crossed.linearise expects a Jacobian from \(4,\) to \(6,\), got one from"):
        as_forward_model("invert", Crossed()).linearise(np.ones(4))
