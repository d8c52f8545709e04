"""Operators and regularizers of the package inside SimPEG's inversions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from geoinv.algebra.gram import gram_diagonal
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.regularizers.base import Regularizer

if TYPE_CHECKING:
    from simpeg.data import Data
    from simpeg.objective_function import BaseObjectiveFunction
    from simpeg.simulation import LinearSimulation

__all__ = ["simpeg_data", "simpeg_regularization", "simpeg_simulation"]

Array = npt.NDArray[Any]


def simpeg_simulation(operator: LinearOperator, model_map: Any = None) -> LinearSimulation:
    """Simulation of SimPEG whose physics is an operator of the package.

    Parameters
    ----------
    operator : LinearOperator
        Where it has a mesh, SimPEG's model is of its active cells, easting fastest and upwards, as in
        ``operator.mesh.to_discretize()``; else of all its unknowns.
    model_map : simpeg.maps.BaseMap, optional
        From SimPEG's model to these unknowns; the identity by default.

    Returns
    -------
    simpeg.simulation.LinearSimulation
        Its data are those of the package, component after component, with the package's signs and units. It also tells
        ``getJtJdiag``, which SimPEG's preconditioners and sensitivity weights ask for.

    Raises
    ------
    InputError
        If the operator is not linear, or SimPEG is not installed.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> simulation = simpeg_simulation(MatrixOperator([[1.0, 2.0]]))
    >>> simulation.dpred(np.array([3.0, 4.0]))
    array([11.])
    """
    simpeg_simulations = _module("simulation")
    if not isinstance(operator, LinearOperator):
        raise InputError(
            f"simpeg_simulation expects a linear operator, got {type(operator).__name__}; take its linearise(model)"
        )
    cells = _cells(operator)

    class Simulation(simpeg_simulations.LinearSimulation):  # type: ignore[misc, name-defined]
        """Physics of geoinv."""

        def getJtJdiag(self, m: Array, W: Any = None, f: Any = None) -> Array:  # noqa: N802
            """Diagonal of ``J' W' W J``, as SimPEG calls it."""
            self.model = m
            weights = np.ones(operator.range_shape) if W is None else W.diagonal().reshape(operator.range_shape)
            diagonal = np.asarray(gram_diagonal(operator, weights)).ravel()[cells]
            derivative = self.model_deriv
            return np.asarray((derivative.multiply(derivative)).T @ diagonal).ravel()

    from simpeg import maps

    unknowns = int(cells.sum())
    mapping = maps.IdentityMap(nP=unknowns) if model_map is None else model_map
    return cast("LinearSimulation", Simulation(G=_on_cells(operator, cells), model_map=mapping))


def simpeg_data(simulation: LinearSimulation, data: npt.ArrayLike, uncertainty: npt.ArrayLike) -> Data:
    """Observed data of a simulation of :func:`simpeg_simulation` as SimPEG has them.

    Parameters
    ----------
    simulation : simpeg.simulation.LinearSimulation
    data, uncertainty : array_like of the operator's range
        Such as ``survey.data`` and ``survey.uncertainty``.
    """
    observed = np.asarray(data, np.float64)
    deviation = np.broadcast_to(np.asarray(uncertainty, np.float64), observed.shape)
    return cast(
        "Data",
        _module("data").Data(simulation.survey, dobs=observed.ravel(), standard_deviation=deviation.ravel()),
    )


def simpeg_regularization(phi: Regularizer, operator: LinearOperator) -> BaseObjectiveFunction:
    """Objective function of SimPEG that is a regularizer of the package.

    SimPEG's sums of squares have no factor 1/2: value, gradient and curvature are twice the package's, so that a beta
    means the same in both.

    Parameters
    ----------
    phi : Regularizer
        Its model is its unknown: an embedding has none of SimPEG's.
    operator : LinearOperator
        As :func:`simpeg_simulation` takes it.

    Raises
    ------
    InputError
        If phi has an embedding, or SimPEG is not installed.
    """
    objective = _module("objective_function")
    bound = phi.bind(operator)
    if getattr(bound, "embedding", None) is not None:
        raise InputError("simpeg_regularization expects a regularizer of the model itself, got one with an embedding")
    cells = _cells(operator)

    def inside(m: Array) -> Array:
        whole = np.zeros(operator.domain_shape)
        whole[cells.reshape(operator.domain_shape)] = m
        return whole

    class Regularization(objective.BaseObjectiveFunction):  # type: ignore[misc, name-defined]
        """Regularizer of geoinv."""

        def __call__(self, m: Array, f: Any = None) -> float:
            return 2.0 * bound.value(inside(m))

        def deriv(self, m: Array, **kwargs: Any) -> Array:
            """Gradient."""
            return np.asarray(2.0 * bound.gradient(inside(m)).ravel()[cells])

        def deriv2(self, m: Array, v: Array | None = None, **kwargs: Any) -> Any:
            """Product of the curvature with v; without v its diagonal, which SimPEG preconditions with."""
            if v is None:
                from scipy.sparse import diags_array

                told = getattr(bound, "curvature_diagonal", None)
                diagonal = np.ones(cells.size) if told is None else np.ravel(told(inside(m)))
                return diags_array(2.0 * diagonal[cells]).tocsc()
            return 2.0 * bound.curvature(inside(m), inside(v)).ravel()[cells]

    return cast("BaseObjectiveFunction", Regularization(nP=int(cells.sum())))


def _cells(operator: LinearOperator) -> npt.NDArray[np.bool_]:
    """Which unknowns of an operator SimPEG's model has, flat: those of active cells."""
    mesh = getattr(operator, "mesh", None)
    active = True if mesh is None else mesh.active
    return np.asarray(np.broadcast_to(active, operator.domain_shape)).ravel()


def _on_cells(operator: LinearOperator, cells: npt.NDArray[np.bool_]) -> Any:
    """Flat operator of the active cells alone."""
    from scipy.sparse.linalg import LinearOperator as OfScipy

    whole = operator.to_scipy()

    def forward(m: Array) -> Array:
        model = np.zeros(cells.size)
        model[cells] = np.ravel(m)
        return np.asarray(whole.matvec(model))

    return OfScipy(
        (whole.shape[0], int(cells.sum())),
        matvec=forward,
        rmatvec=lambda d: whole.rmatvec(np.ravel(d))[cells],
        dtype=whole.dtype,
    )


def _module(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"simpeg.{name}")
    except ImportError:
        raise InputError("geoinv.adapters.simpeg expects SimPEG, which is not installed; pip install simpeg") from None
