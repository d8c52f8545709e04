"""Lattice engine: stations anywhere over a uniform grid, by transforms, interpolation and exact near cells."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.precorrected_fft import _interpolation_numba as kernels
from geoinv.operators.prisms.precorrected_fft.near import STRIP, NearCells, near_precision
from geoinv.operators.prisms.precorrected_fft.plan import LatticePlan, plan_of, tolerance
from geoinv.operators.prisms.precorrected_fft.runs import CellRuns
from geoinv.operators.prisms.precorrected_fft.transform import LatticeConvolution
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["LatticeEngine"]

SAMPLES = 8
"""Stations whose rows are compared with exact ones as the engine is built."""


class LatticeEngine:
    """Pre-corrected Fourier transforms.

    A convolution takes cells to a lattice with the cells' own spacing round the stations' box; each
    station interpolates between lattice nodes (weights fitted to fields of sources beyond a radius); and for
    the cells within that radius of it the difference between exact and interpolated field is kept. Nodes and
    radius follow from the tolerated error. Lattice nodes under ground do no harm: what they get wrong
    is near, and subtracted.

    A plan of ``plan_of`` holds the tolerance relative to what a cell gives at its distance in the mean of
    directions, that of ``assured_plan`` relative to what it gives to these stations.

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights; ``problem.rtol`` is the error that may be made, 1e-6 where it is None.
    plan : LatticePlan, optional
        Of the problem, where it is known already.
    runs : CellRuns, optional
        Cells of a mesh as runs of the problem's: models, gradients and diagonals are then the mesh's.

    Raises
    ------
    InputError
        If rows of sampled stations miss the tolerance.

    Notes
    -----
    Phillips and White (1997), A precorrected-FFT method for electrostatic analysis of complicated 3-D
    structures, IEEE Trans. CAD 16(10).
    """

    def __init__(self, problem: PrismProblem, plan: LatticePlan | None = None, runs: CellRuns | None = None) -> None:
        found = plan or plan_of(problem)
        if isinstance(found, str):
            raise TypeError(found)
        self.problem, self.plan, self._runs = problem, found, runs
        self.weights, self._nodes = found.weights().astype(near_precision(problem)), found.nodes
        self.near = NearCells(problem, found, self.weights)
        reached = np.inf
        # where all stations are far from the cells, single precision may not be enough after all
        for precision in dict.fromkeys((found.precision, np.dtype(np.float64))):
            self.plan = replace(found, precision=precision)
            self.convolution = LatticeConvolution(problem, found, precision, runs=runs)
            reached = self._sampled_error()
            if reached <= tolerance(problem):
                return
        raise InputError(
            f"{problem.owner} expects a tolerance that its lattice can meet, got rtol {tolerance(problem):g} where "
            f"sampled stations reach {reached:.1e}; raise rtol or take engine='direct'"
        )

    def _sampled_error(self) -> float:
        """Largest relative error, of all components, of a few data of a random model."""
        problem, grid = self.problem, self.problem.cells
        random = np.random.default_rng(0)
        runs = CellRuns.single(grid.shape) if self._runs is None else self._runs
        model = random.choice([-1.0, 1.0], (problem.unknowns, *runs.mesh_shape))
        sampled = random.choice(len(problem.stations), min(SAMPLES, len(problem.stations)), replace=False)
        active = runs.add_all(grid.active.astype(float)) > 0.0
        error = self._forward_one(model * active)[:, sampled]
        size = np.zeros_like(error)
        for column, station in enumerate(sampled):
            row = runs.add_all(cell_fields(problem, problem.local_stations[[station]])[:, 0] * grid.active)
            error[:, column] -= np.tensordot(row, model, axes=4)
            # what a model of random signs gives, on average
            size[:, column] = np.sqrt(np.sum(row**2, axis=(1, 2, 3, 4)))
        least = np.finfo(float).tiny
        return float((np.linalg.norm(error, axis=1) / np.maximum(np.linalg.norm(size, axis=1), least)).max())

    def forward(self, models: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Data (batch, components, stations) of models (batch, unknowns, upward, northing, easting)."""
        return np.stack([self._forward_one(model) for model in models])

    def _forward_one(self, model: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        model = np.ascontiguousarray(model, self.plan.precision)
        lattice = self.convolution.forward(model)
        ordered = np.zeros((self.problem.components, self.plan.order.size))
        kernels.interpolate(self._nodes, self.weights, lattice, ordered)
        self.near.forward(self._repeated(model), ordered)
        data = np.empty_like(ordered)
        data[:, self.plan.order] = ordered
        return data

    def adjoint(self, data: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Transpose of :meth:`forward`."""
        return np.stack([self._adjoint_one(values) for values in data])

    def _adjoint_one(self, data: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        ordered = data[:, self.plan.order].astype(np.float64)
        model = self._from_lattice(self.convolution, self.weights, ordered)
        if self._runs is None:
            self.near.adjoint(ordered, model)
        else:
            uniform = np.zeros((self.problem.unknowns, *self.problem.cells.shape))
            self.near.adjoint(ordered, uniform)
            self._runs.add_into(model, uniform, self._near_box)
        return model

    @cached_property
    def _near_box(self) -> tuple[slice, slice, slice]:
        """Uniform cells among which all near ones are."""
        low, high = self.plan.cells.min(axis=0), self.plan.cells.max(axis=0) + 1
        upward, northing, easting = (
            slice(max(0, int(a) - reach), max(0, min(int(b) + reach, count)))
            for a, b, reach, count in zip(low, high, self.plan.cutoff, self.problem.cells.shape, strict=True)
        )
        return upward, northing, easting

    def _repeated(self, model: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Model of the problem's cells, of a mesh's: where near cells are only, the rest is not touched."""
        if self._runs is None:
            return model
        uniform = np.empty((self.problem.unknowns, *self.problem.cells.shape), model.dtype)
        uniform[:, *self._near_box] = self._runs.repeat_all(model, self._near_box)
        return uniform

    def _from_lattice(
        self, convolution: LatticeConvolution, weights: npt.NDArray[Any], ordered: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        lattice = np.zeros((self.problem.components, *self.plan.shape))
        kernels.spread(self._nodes, weights, ordered, STRIP, lattice)
        return convolution.adjoint(lattice).astype(np.float64)

    def gram_diagonal(self, squared_weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Diagonal of A' W^2 A (unknowns, upward, northing, easting) for w^2 (components, stations).

        The squared field of a cell is smooth away from it too: its spectra are made for the occasion, in float64, and
        near cells are corrected, at about the cost of building the engine. The square is not harmonic, and its
        interpolation coarser: entries are right to about 1e-4 of their size where ``rtol`` is 1e-6, 1e-3 where it is
        1e-5, 1e-2 where it is 1e-4 or more, and to 2 % in any plan with a margin.
        """
        ordered = np.ascontiguousarray(squared_weights[:, self.plan.order])
        squared, weights = LatticeConvolution(self.problem, self.plan, np.float64, power=2), self.plan.weights(power=2)
        diagonal = self._from_lattice(squared, weights, ordered)
        self.near.add_squares(weights, ordered, diagonal)
        # interpolation may leave a small negative number where the field is tiny
        return np.maximum(diagonal, 0.0)
