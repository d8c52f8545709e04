"""Magnetics: the field of a magnetized mesh at the stations of a survey."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES
from geoinv.core.checks import choice
from geoinv.meshes.base import Mesh
from geoinv.meshes.tensor import Grid
from geoinv.operators.prisms.operator import PrismOperator
from geoinv.operators.prisms.problem import PrismProblem
from geoinv.operators.prisms.weights import KernelWeights
from geoinv.surveys.survey import Survey

__all__ = ["Magnetics", "magnetic_problem", "magnetic_weights"]

UNKNOWNS = ("susceptibility", "magnetization")

MU0 = 1.25663706212e-6
"""Vacuum permeability in T m/A, CODATA 2018: the value of choclo and Harmonica, so that numbers agree."""

MU0_OVER_4PI_NT = MU0 / (4.0 * np.pi) * 1e9
"""mu0 / (4 pi) in nT per A/m."""


class Magnetics(PrismOperator):
    """Magnetic field of prisms of uniform magnetization.

    Maps susceptibility chi (upward, northing, easting), dimensionless SI, or magnetization
    (3, upward, northing, easting) in A/m, order easting, northing, upward, to data (components,
    stations) in nT, gradients in nT/m. Induced magnetization is chi B0 / mu0 along the field, without
    self-demagnetization (:class:`geoinv.operators.SelfDemagnetization` has it). Components that are not linear in the
    model are those of :class:`geoinv.operators.FieldStrength`. Inactive cells are ignored, whatever stands in them, and
    receive 0 from the adjoint.

    Every point is defined. On a face the value is the limit from outside; inside a cell it is
    mu0 H. On an edge or corner the divergent logarithm is left out, which cancels between
    neighbours of equal susceptibility, and the rest is the limit from above or below where the edge
    bounds a top or bottom face, the mean of its sides elsewhere. Coordinates that differ from an edge
    by rounding alone (:meth:`geoinv.Grid.rounding`) are on it.

    Parameters
    ----------
    grid : Grid or OctreeGrid
        Cells; only the active ones count.
    survey : Survey
        Stations, components and field.
    engine : str
        ``"direct"`` (matrix-free), ``"gridded"`` (FFT, where cells and stations are regular),
        ``"lattice"`` (FFT and near cells one by one, where cells are regular and stations anywhere),
        ``"levels"`` (padded tensor meshes of whole multiples, and octrees, as sums over uniform cells),
        ``"dense"`` (matrix in memory) or ``"auto"``, the rule of
        :func:`geoinv.operators.prisms.choice.choose`. Direct and dense serve octrees level by level. All give the same
        numbers to within rtol, and reject what they cannot hold.
    rtol : float, optional
        Error that is tolerated: ``|error| <= rtol | |A| |m| |`` for every model m, in the Euclidean norm. Direct
        holds it with a dipole's datum in the mean of all directions for every cell's, as single ones vanish in some
        direction; where stations are up to eight or close together, so that all may lie there, with a thousandth of
        it. None is exact to rounding for direct and dense, and 1e-6 for auto, lattice and levels. For gridded it is
        exact to the rounding of its transforms in float64, about 1e-15 of what the nearest cell of a layer gives: of
        the field of a cell 100 cells beyond the survey that is 1e-11. Cells so far away that exact prisms may round
        to more than a thousandth (some 10,000 cell sides) are rejected without an rtol. With dtype float32, None is
        1e-6 for gridded. Numbers are kept in single precision with dtype float32, and from 1e-5 up; by gridded and
        lattice only where the least that an active cell gives stays within rtol.
    dtype : str
        ``"float64"`` or ``"float32"``, of models and data.
    unknown : str
        ``"susceptibility"`` or ``"magnetization"``.
    memory_budget : float, optional
        Bytes that the operator may hold; half of the free memory by default.
    applications : int, optional
        How often it will be applied, either way: what ``"auto"`` weighs building against. 200 by default, as many as
        an inversion makes.

    Raises
    ------
    InputError
        If the engine does not apply or fit in memory, or an argument is not one of the above.

    Examples
    --------
    >>> import geoinv
    >>> grid = geoinv.Grid.regular(shape=(2, 2, 2), spacing=(10, 10, 10), origin=(-20, 0, 0))
    >>> field = geoinv.MainField(90.0, 0.0, 50000.0)
    >>> survey = geoinv.Survey([10.0], [10.0], [10.0], field=field)
    >>> A = Magnetics(grid, survey)
    >>> A(np.full(grid.shape, 0.01)).round(3).tolist()
    [[67.391]]
    """

    kind = "magnetic"

    def __init__(
        self,
        grid: Mesh,
        survey: Survey,
        engine: str = "auto",
        rtol: float | None = None,
        dtype: npt.DTypeLike = "float64",
        unknown: str = "susceptibility",
        memory_budget: float | None = None,
        applications: int | None = None,
    ) -> None:
        choice("Magnetics", "unknown", unknown, UNKNOWNS)
        self.unknown = unknown
        super().__init__(grid, survey, engine, rtol, dtype, memory_budget, applications)

    def _kernel_weights(self) -> KernelWeights:
        return magnetic_weights(self.survey, self.unknown)


def magnetic_weights(survey: Survey, unknown: str) -> KernelWeights:
    """Kernel weights of the components of a survey.

    Parameters
    ----------
    survey : Survey
        Components, inducing field and projection.
    unknown : str
        ``"susceptibility"`` (M = chi B0 / mu0 along the field) or ``"magnetization"`` (A/m).

    Notes
    -----
    B_i = mu0/(4 pi) sum_j U_ij M_j outside the cell, with U_ij the second derivatives of the
    integral of 1/r over the cell (Blakely 1995, eq. 5.2 with Poisson's relation), and
    b_ij = dB_i/dj needs the third ones.
    """
    if unknown == "susceptibility":
        magnetizations = [survey.main_field.direction * survey.main_field.intensity / (4.0 * np.pi)]
    else:
        magnetizations = [MU0_OVER_4PI_NT * axis for axis in np.eye(3)]
    derivatives = [QUANTITIES[name].coefficients(survey.projection) for name in survey.components]
    return KernelWeights.of([[np.multiply.outer(of, m) for m in magnetizations] for of in derivatives])


def magnetic_problem(
    grid: Grid, survey: Survey, unknown: str, storage: np.dtype[Any], rtol: float | None = None
) -> PrismProblem:
    """Problem of the prisms of a grid under a magnetic survey, as the engines take it."""
    stations = np.column_stack([survey.easting, survey.northing, survey.upward])
    return PrismProblem(grid, stations, magnetic_weights(survey, unknown), storage, rtol, "Magnetics")
