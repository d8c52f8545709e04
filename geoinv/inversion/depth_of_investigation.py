"""Depth of investigation: where a model follows the data, and where its reference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.matrices import Identity
from geoinv.conventions.variables import INVESTIGATION_CUTOFF, INVESTIGATION_INDEX
from geoinv.core.checks import InputError, array_of
from geoinv.core.progress import report
from geoinv.inversion.gauss_newton import Minimum, minima
from geoinv.inversion.invert import invert
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.solution import Solution
from geoinv.regularizers.perturbed import Shifted
from geoinv.regularizers.smooth import Smooth

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["CUTOFF", "VARIABLE", "DepthOfInvestigation", "depth_of_investigation"]

Array = npt.NDArray[np.float64]

CUTOFF, VARIABLE = INVESTIGATION_CUTOFF, INVESTIGATION_INDEX

PART = 0.1
"""What the reference is moved by, relative to the largest distance of the model from it: both models are to fit."""

CLOSE = 1.1
"""Ratio of the two models' chi^2 beyond which they do not fit alike."""


@dataclass(frozen=True, eq=False)
class DepthOfInvestigation:
    """What :func:`depth_of_investigation` found.

    Attributes
    ----------
    index : array over the mesh
        About 0 where the data decide on the model, about 1 where its reference does; NaN in inactive cells.
    shift : float
        What the reference was moved by, in the unit of the model.
    chi2_per_datum : (float, float)
        Fit of the two models.
    beta : float
        Of both.
    """

    index: Array
    shift: float
    chi2_per_datum: tuple[float, float]
    beta: float

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Sentences about what the index stands on."""
        return (
            f"smooth models from two references, {abs(self.shift):.3g} apart, without weights against depth, which "
            "would hide how the data's sight falls with it",
        )

    @property
    def doubts(self) -> tuple[str, ...]:
        """What may be wrong with it."""
        first, second = self.chi2_per_datum
        if max(first, second) <= CLOSE * min(first, second):
            return ()
        return (f"the two models fit the data unlike each other: chi^2/N = {first:.3g} and {second:.3g}",)

    def with_index(self, result: xr.Dataset, dimensions: tuple[str, ...]) -> xr.Dataset:
        """Dataset of the solution with the index beside its model."""
        about = {
            "long_name": "depth of investigation index: 0 where the data decide, 1 where the reference does",
            "units": "1",
            "cutoff": CUTOFF,
            "reference_shift": self.shift,
            "chi2_per_datum_of_the_two_models": list(self.chi2_per_datum),
            "assumes": "; ".join(self.assumptions),
            "references": "Oldenburg and Li (1999), Geophysics 64(2)",
        }
        return result.assign({VARIABLE: (dimensions, self.index, about)})


def depth_of_investigation(
    solution: Solution, shift: float | None = None, checkpoint: str | Path | None = None
) -> DepthOfInvestigation:
    """Tell where models follow the data and where their reference, by inversions from two references.

    The index is ``(m2 - m1) / shift``: m1 is a smooth model that fits as well as the solution, from its reference and
    within its bounds, and m2 that of the same problem and beta with the reference moved by a constant (Oldenburg and Li
    1999, Estimating depth of investigation in DC resistivity and IP surveys, Geophysics 64(2)). Of a vector it is the
    length of ``m2 - m1``, relative to that of the shift of all components.

    Both are found without weights against depth. Such weights hold shallow cells to the reference and leave deep ones
    to the data, so that models come to lie at depth; the index would then tell of the weights: with sensitivity weights
    0.8 at the surface and 0 below what a magnetic survey sees. Without bounds the index does not depend on the shift.

    Parameters
    ----------
    solution : Solution
        Of :func:`geoinv.invert`.
    shift : float, optional
        What the reference is moved by, in the unit of the model; a tenth of the largest distance of the smooth model
        from the reference by default, downwards where bounds leave no room above.
    checkpoint : str or Path, optional
        File of the first inversion, as :func:`geoinv.invert` has it.

    Returns
    -------
    DepthOfInvestigation
        It costs a smooth inversion, and one beta more.

    Raises
    ------
    InputError
        If the solution did not come to its end or its reference fits, it has no mesh or an embedding, or the moved
        reference lies outside the bounds.

    Examples
    --------
    >>> import geoinv
    >>> grid = geoinv.Grid.regular((8, 3, 3), (10.0, 10.0, 10.0), (-80.0, 0.0, 0.0))
    >>> survey = geoinv.Survey([15.0, 16.0], [15.0, 12.0], [6.0, 6.0], field=geoinv.MainField(90.0, 0.0, 50000.0))
    >>> A = geoinv.operators.Magnetics(grid, survey)
    >>> found = depth_of_investigation(geoinv.invert(A, [[90.0, 80.0]], 1.0))
    >>> bool(found.index[-1, 1, 1] < found.index[0, 1, 1])
    True
    """
    of = _usable(solution)
    first = invert(
        of.physics,
        of.data,
        of.uncertainty,
        Smooth(reference=of.reference, weighting=None),
        of.objective.bounds,
        target=solution.chi2_per_datum,
        base_level=of.known_level if of.free_level is None else "fit",
        solver=of.solver,
        seed=of.seed,
        checkpoint=checkpoint,
    )
    problem, z = _usable(first), np.asarray(first.z)
    mesh = problem.physics.mesh
    moved = _checked_shift(shift, z, problem.reference, problem.objective.bounds, mesh.active)
    phi = Shifted(problem.objective.regularizer, moved)
    objective = replace(problem.objective.with_beta(first.beta), regularizer=phi)
    report("depth of investigation", 0, 1)
    state = objective.evaluate(z)
    found = Minimum(state, np.inf, False)
    for minimum in minima(objective, problem.solver, state):
        found = minimum if minimum.state.finite else found
    report("depth of investigation", 1, 1)
    change = found.state.z - z
    if change.shape == mesh.shape:
        index = change / moved
    else:
        index = np.linalg.norm(change, axis=0) / (np.sqrt(len(change)) * abs(moved))
    fits = float(first.chi2_per_datum), float(found.state.misfit / problem.data.size)
    return DepthOfInvestigation(np.where(mesh.active, index, np.nan), moved, fits, first.beta)


def _usable(solution: Any) -> Any:
    """Problem of a solution that has what is needed."""
    owner = "depth_of_investigation"
    if not isinstance(solution, Solution) or solution.problem is None or solution.z is None:
        raise InputError(f"{owner} expects a solution of geoinv.invert, got {type(solution).__name__}; invert first")
    if solution.outcome.incomplete:
        raise InputError(
            f"{owner} expects an inversion that came to its end, got one that ended {solution.outcome.value}; run it "
            "again"
        )
    if solution.outcome is Outcome.REFERENCE_FITS or not np.isfinite(solution.beta):
        raise InputError(
            f"{owner} expects data that tell a model, got such that the reference model fits: everything is the "
            "reference's"
        )
    physics, embedding = solution.problem.physics, solution.problem.embedding
    if getattr(physics, "mesh", None) is None or not isinstance(embedding, Identity):
        got = "an embedding" if hasattr(physics, "mesh") else "an operator without a mesh"
        raise InputError(f"{owner} expects a model over a mesh, got {got}; give one over a mesh, without embedding")
    return solution.problem


def _checked_shift(
    shift: float | None, z: Array, reference: Array, bounds: tuple[Array, Array], active: npt.NDArray[np.bool_]
) -> float:
    """Shift of the reference that the bounds have room for."""
    inside = np.broadcast_to(active, z.shape) if z.shape[-active.ndim :] == active.shape else np.ones(z.shape, bool)
    far = float(np.abs(z - reference)[inside].max(initial=0.0))
    if far == 0.0:
        raise InputError("depth_of_investigation expects a model other than its reference, got the reference itself")
    low, high = (np.broadcast_to(bound, z.shape)[inside] for bound in bounds)
    place = np.broadcast_to(reference, z.shape)[inside]
    if shift is not None:
        wanted = float(array_of("depth_of_investigation", "shift", shift, shape=()))
        tried = [wanted] if np.isfinite(wanted) and wanted != 0.0 else []
    else:
        tried = [PART * far, -PART * far]
    for size in tried:
        if np.all(place + size <= high) and np.all(place + size >= low):
            return size
    raise InputError(
        "depth_of_investigation expects bounds with room for a reference that is moved by "
        f"{PART * far if shift is None else shift:g}, got such without; widen them, or give another shift"
    )
