"""What every engine of prisms promises, tried on random geometries: each a function of its seed.

Forward: ``|error| <= rtol | |A| |m| |``, for every model of one cell, for one that fills the mesh and for a body. The
adjoint is that of the forward map, and sensitivity weights are within 1 %. Everything is finite.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from random_geometries import Geometry, dipole_sizes, level_geometry, matrix_of, random_geometry

from geoinv import InputError
from geoinv.operators import Gravity, Magnetics
from geoinv.operators.gravity import gravity_weights
from geoinv.operators.magnetic import magnetic_weights
from geoinv.operators.prisms.engines import ENGINES as NAMED
from geoinv.operators.prisms.multipole.expansion import faintest
from geoinv.operators.prisms.operator import PrismOperator
from geoinv.operators.prisms.problem import LEAST_RTOL, PrismProblem
from geoinv.operators.prisms.rounding import prism_rounding
from geoinv.regularizers.weighting import sensitivity_weighting

__all__ = ["geometry_trials"]

Array = npt.NDArray[np.float64]

ENGINES = (*NAMED, "auto")
DTYPES = ("float64", "float32")

ROUNDING = {"float64": 1e-10, "float32": 1e-6}
"""What rounding may add to exact sums and to the reference, relative to a dipole's datum in the mean of directions."""

WEIGHTS = 0.01
"""Relative error of sensitivity weights."""


def geometry_trials(seed: int, engines: tuple[str, ...] = ENGINES) -> Iterator[tuple[str, str]]:
    """Try every engine and precision, exact and within a tolerance, on two geometries; every third seed of gravity.

    Yields
    ------
    Engine and precision; and "right", "refused", or what is wrong and with which geometry.
    """
    kind = "gravity" if seed % 3 == 2 else "magnetic"
    for case in (random_geometry(seed, 60, kind), level_geometry(seed, 60, kind)):
        reference = Reference(case)
        for engine, dtype, within in itertools.product(engines, DTYPES, (False, True)):
            rtol = max(case.rtol, LEAST_RTOL[dtype]) if within else None
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = reference.outcome(engine, dtype, rtol)
            if found not in ("right", "refused"):
                what = f"{case.unknown}, {' '.join(case.survey.components)}, {case.name}"
                found = f"{found}; rtol {rtol}, {what}"
            yield f"{engine} {dtype}", found


class Reference:
    """A geometry's matrix by sums of its own, in float64, and the models and data that are tried."""

    def __init__(self, case: Geometry) -> None:
        self.case = case
        survey = case.survey
        weights = gravity_weights(survey) if case.unknown == "density" else magnetic_weights(survey, case.unknown)
        stations = np.column_stack([survey.easting, survey.northing, survey.upward])
        problem = PrismProblem(case.grid, stations, weights, np.dtype(float))
        active = case.grid.active
        self.problem = problem
        self.matrix = np.where(active, matrix_of(problem, case.survey), 0.0).reshape(
            problem.components * case.survey.stations, -1
        )
        self.sizes = np.where(active, dipole_sizes(problem), 0.0).reshape(self.matrix.shape)
        self.far_prisms = prism_rounding(problem.edges, active, problem.local_stations, problem.kernels.order, 0.0)
        random = np.random.default_rng([7, *case.name.encode()])
        size = self.matrix.shape[1]
        body = np.zeros((problem.unknowns, *case.grid.shape))
        body[:, -2:, : 1 + body.shape[2] // 3, -1 - body.shape[3] // 3 :] = 0.05
        self.models = np.concatenate([np.eye(size), random.standard_normal((2, size)), body.reshape(1, -1)])
        self.weights = random.uniform(0.5, 2.0, case.survey.range_shape)
        self.data = random.standard_normal((2, len(self.matrix)))

    def outcome(self, engine: str, dtype: str, rtol: float | None) -> str:
        """Outcome of one engine: "right", "refused", or what is wrong."""
        try:
            A = self._operator(engine, rtol, dtype)
            images = A(self.models.reshape(-1, *A.domain_shape).astype(dtype)).reshape(len(self.models), -1)
            gradients = A.T(self.data.reshape(-1, *A.range_shape).astype(dtype)).reshape(len(self.data), -1)
            diagonal = A.gram_diagonal(self.weights)
        except InputError as error:
            return "the engine fails: " + str(error) if "report this" in str(error) else "refused"
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return (
            self._forward_is_wrong(A, images.astype(float), engine, rtol)
            or self._adjoint_is_wrong(A, images.astype(float), gradients.astype(float))
            or self._diagonal_is_wrong(diagonal)
            or "right"
        )

    def _operator(self, engine: str, rtol: float | None, dtype: str) -> PrismOperator:
        case = self.case
        if case.unknown == "density":
            return Gravity(case.grid, case.survey, engine, rtol, dtype)
        return Magnetics(case.grid, case.survey, engine, rtol, dtype, case.unknown)

    def _forward_is_wrong(self, A: PrismOperator, images: Array, engine: str, rtol: float | None) -> str:
        if not np.isfinite(images).all():
            return f"{np.count_nonzero(~np.isfinite(images))} data are not finite"
        allowed = abs(self.models) @ self._allowed(A, engine, rtol).T
        error = np.linalg.norm(images - self.models @ self.matrix.T, axis=1)
        share = error / np.maximum(np.linalg.norm(allowed, axis=1), np.finfo(float).tiny)
        worst = int(np.argmax(share))
        if share[worst] <= 1.0:
            return ""
        cells = self.matrix.shape[1]
        return f"{share[worst]:.3g} times the error promised, model {'of one cell' if worst < cells else 'of many'}"

    def _allowed(self, A: PrismOperator, engine: str, rtol: float | None) -> Array:
        """Error that each cell may contribute to each datum."""
        # what auto chose has been given its tolerance
        promised = A.problem.rtol
        if promised is None and engine == "gridded" and A.dtype == np.float32:
            promised = 1e-6
        size = abs(self.matrix)
        if promised is None:
            allowed = (ROUNDING[A.dtype.name] + self.far_prisms) * (size + self.sizes)
            if A.engine == "gridded":
                # a layer's transform rounds beside the largest number in it
                layered = np.linalg.norm(self.matrix, axis=0).reshape(-1, self.case.grid.shape[0], self._columns)
                largest = np.broadcast_to(layered.max(axis=2, keepdims=True), layered.shape).reshape(-1)
                allowed += 1e-14 * largest / np.sqrt(len(self.matrix))
            return allowed
        if A.engine == "direct":
            size = np.maximum(size, faintest(self.problem) * self.sizes)
        return promised * size + 1e-12 * self.sizes

    @property
    def _columns(self) -> int:
        return int(np.prod(self.case.grid.shape[1:]))

    def _adjoint_is_wrong(self, A: PrismOperator, images: Array, gradients: Array) -> str:
        if not np.isfinite(gradients).all():
            return "the adjoint is not finite"
        models, data = self.models[-3:], self.data
        mismatch = abs(images[-3:] @ data.T - models @ gradients.T)
        scale = np.linalg.norm(abs(models) @ abs(self.matrix).T, axis=1)[:, None] * np.linalg.norm(data, axis=1)
        share = float((mismatch / np.maximum(scale, np.finfo(float).tiny)).max())
        allowed = 1e-11 if A.problem.storage == np.float64 and A.dtype == np.float64 else 1e-5
        if A.problem.rtol is None:
            allowed += self.far_prisms
        return "" if share <= allowed else f"the adjoint is off by {share:.3g}"

    def _diagonal_is_wrong(self, diagonal: Array) -> str:
        if not np.isfinite(diagonal).all():
            return "the diagonal of A'W^2A is not finite"
        grid = self.case.grid
        exact = np.sum((self.matrix * self.weights.reshape(-1, 1)) ** 2, axis=0).reshape(diagonal.shape)
        weights, expected = (sensitivity_weighting(one, grid.volumes, grid.active) for one in (diagonal, exact))
        inside = np.broadcast_to(grid.active, weights.shape)
        error = float((abs(weights / np.where(inside, expected, 1.0) - 1.0) * inside).max())
        return "" if error <= WEIGHTS else f"sensitivity weights are off by {error:.2%}"
