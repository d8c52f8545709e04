"""Self-demagnetization: the field of strongly susceptible rock, in which each cell is magnetized by all others too."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, array_of, finite
from geoinv.core.labels import along_labels
from geoinv.meshes.base import Mesh
from geoinv.operators.magnetic import MU0, Magnetics
from geoinv.operators.nonlinear import AroundPrisms
from geoinv.operators.partial_fill import PartialFill
from geoinv.operators.prisms.cell_field import CellField, of_one_size
from geoinv.operators.prisms.weights import KernelWeights
from geoinv.surveys.survey import Survey
from geoinv.surveys.susceptibility import refuse_below_vacuum

__all__ = ["SelfDemagnetization"]

Array = npt.NDArray[np.float64]

TOLERANCE = 1e-10
"""Residual of the Krylov method over the right hand side: what data and derivatives are right to."""

MOST_ITERATIONS = 500
"""Applications after which a Krylov method is given up: tens are the rule."""


class SelfDemagnetization(AroundPrisms):
    """Magnetic field of prisms whose magnetization is induced by the main field and by all of them.

    Maps susceptibility (upward, northing, easting), dimensionless SI, to data (components, stations) as
    :class:`geoinv.operators.Magnetics` does, but with the magnetization M that solves

        M = chi (H0 + N M),

    uniform in each cell, with N M the field H of all cells at the cell's centre. It matters where chi is more than
    about 0.1; below 0.01 it is less than noise, and :class:`geoinv.operators.Magnetics` is enough. The map is not
    linear: :meth:`linearise` gives the exact Jacobian at a model. Inactive cells have no susceptibility.

    Parameters
    ----------
    mesh : Grid or OctreeGrid
        Cells; only the active ones count. Of one size they take Fourier transforms, else an engine, which is slower.
    survey : Survey
        Stations, components and field.
    engine, rtol, dtype, memory_budget, applications
        Of the map from magnetization to data, as :class:`geoinv.operators.Magnetics` takes them.
    fill : array_like, optional
        Part of each cell that rock takes, from 0 to 1; 1 by default. Susceptibilities are those of the rock.

    Raises
    ------
    InputError
        As :class:`geoinv.operators.Magnetics` does, or if a susceptibility is below -1 or fill not from 0 to 1.

    Notes
    -----
    Solved by GMRES, with N by Fourier transforms (:class:`geoinv.operators.prisms.cell_field.CellField`).

    A body of whole cells has edges and corners, which a smooth one has not: at chi = 10 a ball of cells twenty across
    has 2.2 % more moment than the sphere of its volume, a spheroid of 20 x 10 x 10 cells 4.6 % more across its axis.
    Solved more finely, the same bodies have even more. With `fill`, cells that the surface cuts are magnetized along it
    and across it as what they are (:class:`geoinv.operators.partial_fill.PartialFill`): 0.4 % and 1.2 %.

    Examples
    --------
    A cube of one cell has the demagnetizing factor 1/3.

    >>> import geoinv
    >>> grid = geoinv.Grid.regular((1, 1, 1), (10.0, 10.0, 10.0), (-50.0, -5.0, -5.0))
    >>> field = geoinv.MainField(90.0, 0.0, 50000.0)
    >>> survey = geoinv.Survey([0.0], [0.0], [0.0], field=field)
    >>> chi = np.full(grid.shape, 3.0)
    >>> ratio = SelfDemagnetization(grid, survey)(chi) / geoinv.operators.Magnetics(grid, survey)(chi)
    >>> ratio.round(6).tolist()
    [[0.5]]
    """

    def __init__(
        self,
        mesh: Mesh,
        survey: Survey,
        engine: str = "auto",
        rtol: float | None = None,
        dtype: npt.DTypeLike = "float64",
        memory_budget: float | None = None,
        applications: int | None = None,
        fill: npt.ArrayLike | None = None,
    ) -> None:
        settings = (engine, rtol, dtype)
        self.field = Magnetics(mesh, survey, *settings, "magnetization", memory_budget, applications)
        super().__init__(self.field, survey, "susceptibility")
        self._rock = PartialFill(self.name, mesh, fill)
        self._inside: LinearOperator
        if of_one_size(mesh):
            tensors = [[np.multiply.outer(i, j) / (4.0 * np.pi) for j in np.eye(3)] for i in np.eye(3)]
            self._inside = CellField(mesh, KernelWeights.of(tensors), self.name)
        else:
            self._inside = _AtCentres(mesh, survey, memory_budget)
        self._primary = survey.main_field.direction * (survey.main_field.intensity * 1e-9 / MU0)

    def magnetization(self, x: npt.ArrayLike) -> Array:
        """Magnetization (3, upward, northing, easting) in A/m of susceptibilities, along easting, northing, upward."""
        chi = self._checked(x)
        primary = np.broadcast_to(self._primary.reshape(3, *[1] * chi.ndim), (3, *chi.shape))
        return self._solved(chi, self._rock.magnetized(chi, primary), transposed=False)

    def __call__(self, x: npt.ArrayLike) -> npt.NDArray[Any]:
        """Data (components, stations) of susceptibilities (upward, northing, easting)."""
        return self.field(self.magnetization(x))

    def linearise(self, x: npt.ArrayLike) -> LinearOperator:
        """Jacobian at susceptibilities: ``J d = A (1 - chi N)^-1 (H d)``, with H the field inside the cells.

        In cells filled in part, H d is the derivative of their magnetization.
        """
        chi, magnetization = self._checked(x), self.magnetization(x)
        inside = self._primary.reshape(3, *[1] * chi.ndim) + self._inside(magnetization)
        return _Jacobian(self, chi, self._rock.slope(chi, inside))

    def gram_diagonal(self, weights: npt.ArrayLike = 1.0) -> Array:
        """Diagonal of ``A' W^2 A`` of weakly susceptible rock: what weights against depth take."""
        weak = Magnetics(self.mesh, self.survey, self.field.engine, self.field.problem.rtol, self.dtype)
        return weak.gram_diagonal(weights)

    def _checked(self, x: npt.ArrayLike) -> Array:
        """Susceptibilities of all cells, 0 in inactive ones."""
        labelled = along_labels(self.name, "the susceptibility", x, self.domain_names, self.domain_labels)
        values = array_of(self.name, "susceptibility", labelled, shape=self.domain_shape, names=self.mesh.dims)
        chi = np.where(self.mesh.active, values, 0.0)
        finite(self.name, "susceptibility in active cells", chi, "mark cells without a value inactive")
        refuse_below_vacuum(self.name, chi)
        return chi

    def _solved(self, chi: Array, right: Array, transposed: bool) -> Array:
        """Solution of ``(1 - chi N) M = right``, or of its transpose."""
        import scipy.sparse.linalg as spla

        shape, size = right.shape, right.size
        if not right.any():
            return np.zeros(shape)

        def applied(flat: Array) -> Array:
            m = flat.reshape(shape)
            magnetized = self._rock.magnetized
            n = self._inside.T(magnetized(chi, m)) if transposed else magnetized(chi, self._inside(m))
            return np.asarray((m - n).ravel())

        matrix = spla.LinearOperator((size, size), matvec=applied, dtype=np.float64)
        restart = 50
        solution, failed = spla.gmres(
            matrix, right.ravel(), rtol=TOLERANCE, atol=0.0, restart=restart, maxiter=MOST_ITERATIONS // restart
        )
        if failed:
            raise InputError(
                f"{self.name} expects susceptibilities whose magnetization is found in {MOST_ITERATIONS} steps, "
                f"got up to {chi.max():g}; give smaller ones, or smoother models"
            )
        return np.asarray(solution).reshape(shape)


class _AtCentres(LinearOperator):
    """Field H (3, *cells) of magnetizations (3, *cells) in A/m at the centres of active cells, by an engine."""

    def __init__(self, mesh: Mesh, survey: Survey, memory_budget: float | None) -> None:
        self._active = mesh.active
        places = [np.broadcast_to(axis, mesh.shape)[self._active] for axis in mesh.centres]
        easting, northing, upward = places
        centres = Survey(easting, northing, upward, components=("be", "bn", "bu"), field=survey.main_field)
        # inside a cell the field of magnetics is mu0 H
        self._field = Magnetics(mesh, centres, unknown="magnetization", memory_budget=memory_budget)
        self.domain_shape = self.range_shape = (3, *mesh.shape)
        self.dtype = np.dtype(np.float64)

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        field = np.zeros(x.shape)
        field[..., self._active] = self._field(x) * (1e-9 / MU0)
        return field

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return self._field.T(y[..., self._active] * (1e-9 / MU0))


class _Jacobian(LinearOperator):
    """Derivative of the data with respect to susceptibility, at a model."""

    def __init__(self, model: SelfDemagnetization, chi: Array, slope: Array) -> None:
        self._model, self._chi, self._slope = model, chi, slope
        self.mesh, self.survey, self.unknown = model.mesh, model.survey, model.unknown
        self.decay_exponent = model.decay_exponent
        self.domain_shape, self.range_shape, self.dtype = model.domain_shape, model.range_shape, model.dtype

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        known = np.where(self.mesh.active, x, 0.0)
        changes = [self._model._solved(self._chi, one * self._slope, transposed=False) for one in known]
        return self._model.field(np.stack(changes))

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        gradients = self._model.field.T(y)
        solved = [self._model._solved(self._chi, np.asarray(one, float), transposed=True) for one in gradients]
        return np.stack([self.mesh.active * np.sum(one * self._slope, axis=0) for one in solved])
