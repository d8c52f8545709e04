"""Direct engine on a GPU: every station against every cell, nothing stored."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoinv.operators.cuda import Runner
from geoinv.operators.prisms.cuda.exact import ExactPairs
from geoinv.operators.prisms.cuda.multipole import FarPairs
from geoinv.operators.prisms.problem import PrismProblem, face_contacts
from geoinv.operators.sparse_cuda import SparseSum

__all__ = ["DirectCuda"]


class DirectCuda:
    """Matrix-free sums on a GPU, in memory of the order of cells plus stations.

    Does what :class:`geoinv.operators.prisms.direct.Direct` does: exact prisms in float64 where the problem's
    ``rtol`` is None, moments of far cells where it is not. The same in every run: nothing is added in the order in
    which threads happen to finish.

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights.
    runner : Runner
        Where the kernels run.
    """

    def __init__(self, problem: PrismProblem, runner: Runner) -> None:
        self.problem, self._runner = problem, runner
        self._pairs = ExactPairs(problem, runner) if problem.rtol is None else FarPairs(problem, runner)
        self._at_faces = _FaceJumps(problem)

    def forward(self, models: Any) -> Any:
        """Data (batch, components, stations) of models (batch, unknowns, upward, northing, easting)."""
        library, batch = self._runner.library, len(models)
        models = library.ascontiguousarray(models, dtype=np.float64)
        data = library.ascontiguousarray(self._pairs.forward(models.swapaxes(0, 1)).swapaxes(0, 1))
        self._at_faces.forward.add(self._runner, models.reshape(batch, -1), data.reshape(batch, -1))
        return data

    def adjoint(self, data: Any) -> Any:
        """Transpose of :meth:`forward`."""
        library, batch = self._runner.library, len(data)
        data = library.ascontiguousarray(data, dtype=np.float64)
        models = self._pairs.adjoint(library.ascontiguousarray(data.swapaxes(0, 1)))
        models = library.ascontiguousarray(models.swapaxes(0, 1))
        self._at_faces.adjoint.add(self._runner, data.reshape(batch, -1), models.reshape(batch, -1))
        return models


class _FaceJumps:
    """What cells add at stations on their own vertical faces, as Direct does on the host."""

    def __init__(self, problem: PrismProblem) -> None:
        grid, stations = problem.cells, len(problem.stations)
        station, cell, axis = face_contacts(problem.nodes, grid.shape[2], problem.local_stations)
        flat = np.ravel_multi_index(tuple(cell.T), grid.shape)
        jump = problem.kernels.face_jump[:, :, axis]
        data = np.broadcast_to(np.arange(problem.components)[:, None, None] * stations + station, jump.shape).ravel()
        model = np.broadcast_to(np.arange(problem.unknowns)[:, None] * grid.size + flat, jump.shape).ravel()
        self.forward = SparseSum(data, model, jump.ravel(), np.dtype(np.float64))
        self.adjoint = SparseSum(model, data, jump.ravel(), np.dtype(np.float64))
