"""Magnetics: the field of a magnetized grid at the stations of a survey."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linop import LinearOperator
from geoinv.core.backend import Resident, array_module
from geoinv.core.checks import InputError, array_of, choice, finite, positive, shape_text
from geoinv.core.memory import memory_said
from geoinv.meshes.tensor import AXES, Grid
from geoinv.operators.cuda import on_gpu
from geoinv.operators.prisms.choice import ENGINES, Choice, choose
from geoinv.operators.prisms.cuda.engines import engine_on_gpu
from geoinv.operators.prisms.dense import Dense
from geoinv.operators.prisms.direct import Direct
from geoinv.operators.prisms.estimate import APPLICATIONS, Estimate
from geoinv.operators.prisms.gridded.engine import Gridded
from geoinv.operators.prisms.precorrected_fft.engine import LatticeEngine
from geoinv.operators.prisms.precorrected_fft.plan import DEFAULT_RTOL
from geoinv.operators.prisms.problem import LEAST_RTOL, Engine, PrismProblem
from geoinv.operators.prisms.weights import KernelWeights
from geoinv.surveys.quantities import QUANTITIES
from geoinv.surveys.survey import Survey

__all__ = ["Magnetics", "magnetic_problem", "magnetic_weights"]

UNKNOWNS = ("susceptibility", "magnetization")

MU0 = 1.25663706212e-6
"""Vacuum permeability in T m/A, CODATA 2018: the value of choclo and Harmonica, so that numbers agree."""

MU0_OVER_4PI_NT = MU0 / (4.0 * np.pi) * 1e9
"""mu0 / (4 pi) in nT per A/m."""


MOST_EXPONENT = 40
"""Powers of two that the largest number of a model may be from one, with room for the field in single precision."""


class Magnetics(LinearOperator):
    """Magnetic field of prisms of uniform magnetization.

    Maps susceptibility chi (upward, northing, easting), dimensionless SI, or magnetization
    (3, upward, northing, easting) in A/m, order easting, northing, upward, to data (components,
    stations) in nT, gradients in nT/m. Induced magnetization is chi B0 / mu0 along the field, without
    self-demagnetization. Inactive cells are ignored, whatever stands in them, and receive 0 from
    the adjoint.

    Every point is defined. On a face the value is the limit from outside; inside a cell it is
    mu0 H. On an edge or corner the divergent logarithm is left out, which cancels between
    neighbours of equal susceptibility, and the rest is the limit from above or below where the edge
    bounds a top or bottom face, the mean of its sides elsewhere. Coordinates that differ from an edge
    by rounding alone (:meth:`geoinv.Grid.rounding`) are on it.

    Parameters
    ----------
    grid : Grid
        Cells; only the active ones count.
    survey : Survey
        Stations, components and field.
    engine : str
        ``"direct"`` (matrix-free), ``"gridded"`` (FFT, where cells and stations are regular),
        ``"lattice"`` (FFT and near cells one by one, where cells are regular and stations anywhere),
        ``"dense"`` (matrix in memory) or ``"auto"``, the rule of
        :func:`geoinv.operators.prisms.choice.choose`. All give the same numbers to within rtol, and refuse
        what they cannot hold.
    rtol : float, optional
        Error that is tolerated: ``|error| <= rtol | |A| |m| |`` for every model m, in the Euclidean norm. Direct holds
        it with a dipole's datum in the mean of all directions for every cell's, as single ones vanish in some
        direction; where stations are up to eight or close together, so that all may lie there, with a thousandth of it.
        None is exact to rounding for direct and dense, and 1e-6 for auto and lattice. For gridded it is exact to the
        rounding of its transforms in float64, about 1e-15 of what the nearest cell of a layer gives: of the field of
        a cell 100 cells beyond the survey that is 1e-11. Cells so far away that exact prisms may round to more than a
        thousandth (some 100,000 cell sides) are refused without an rtol. With dtype float32, None is 1e-6 for
        gridded. Numbers are kept in single precision with dtype float32, and from 1e-5 up; by gridded and lattice
        only where the least that an active cell gives stays within rtol.
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

    device_arrays = True

    def __init__(
        self,
        grid: Grid,
        survey: Survey,
        engine: str = "auto",
        rtol: float | None = None,
        dtype: npt.DTypeLike = "float64",
        unknown: str = "susceptibility",
        memory_budget: float | None = None,
        applications: int | None = None,
    ) -> None:
        choice("Magnetics", "engine", engine, ("auto", *ENGINES))
        choice("Magnetics", "dtype", np.dtype(dtype).name, ("float64", "float32"))
        choice("Magnetics", "unknown", unknown, UNKNOWNS)
        if not isinstance(grid, Grid) or not isinstance(survey, Survey):
            raise InputError(
                f"Magnetics expects a Grid and a Survey, got {type(grid).__name__} and {type(survey).__name__}"
            )
        count = APPLICATIONS if applications is None else _whole_number(applications)
        if rtol is not None:
            _check_tolerance(rtol, np.dtype(dtype))
        elif engine in ("auto", "lattice"):
            rtol = DEFAULT_RTOL
        self.mesh, self.survey, self.unknown = grid, survey, unknown
        self.dtype = np.dtype(dtype)
        self.domain_shape = grid.shape if unknown == "susceptibility" else (3, *grid.shape)
        self.range_shape = survey.range_shape
        single = self.dtype == np.float32 or (rtol is not None and rtol >= 1e-5)
        storage = np.dtype(np.float32 if single else np.float64)
        self.problem = magnetic_problem(grid, survey, unknown, storage, rtol)
        self.choice: Choice = choose(self.problem, engine, memory_budget, count)
        self._engine: Engine | None = None
        self._device_engine: Any = None
        self._active = None if grid.active.all() else Resident(grid.active)

    def estimate(self) -> Estimate:
        """Bytes, and seconds for building and for each application, that the engine is expected to take."""
        return self.choice.estimate

    @property
    def engine(self) -> str:
        """Name of the engine in use."""
        return self.choice.engine

    def _built(self) -> Engine:
        if self._engine is None:
            engines: dict[str, Callable[[PrismProblem], Engine]] = {
                "direct": Direct,
                "gridded": partial(Gridded, recompute=self.choice.recompute, layout=self.choice.layout),
                "lattice": partial(LatticeEngine, plan=self.choice.plan),
                "dense": Dense,
            }
            self._engine = engines[self.engine](self.problem)
        return self._engine

    def _beside(self, array: npt.NDArray[Any]) -> Any:
        """Engine for arrays of a library: the host's, or that of a GPU."""
        if array_module(array) is np:
            return self._built()
        if self._device_engine is None:
            self._device_engine = engine_on_gpu(self.engine, self.problem, on_gpu(), self._built)
        return self._device_engine

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        known = x if self._active is None else array_module(x).where(self._active.beside(x), x, 0.0)
        models = known.reshape(-1, self.problem.unknowns, *self.mesh.shape)
        finite("Magnetics", f"{self.unknown} in active cells", models, "mark cells without a value inactive")
        with np.errstate(over="ignore", invalid="ignore"):
            image = self._in_range(self._beside(x).forward, models).astype(self.dtype, copy=False)
        self._check_image(
            "Magnetics", "data of a model", image, models, "its values are too large for them: scale it down"
        )
        return image  # type: ignore[no-any-return]

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        finite("Magnetics.T", "data", y, "remove those stations")
        with np.errstate(over="ignore", invalid="ignore"):
            gradients = self._in_range(self._beside(y).adjoint, y).astype(self.dtype, copy=False)
        remedy = "their values are too large for them: scale them down"
        self._check_image("Magnetics.T", "sums over the data", gradients, y, remedy)
        if self._active is not None:
            gradients *= self._active.beside(y)
        return gradients.reshape(-1, *self.domain_shape)  # type: ignore[no-any-return]

    def _in_range(self, apply: Callable[[Any], Any], values: npt.NDArray[Any]) -> Any:
        """Image of a batch under an engine that may keep single precision: what it cannot hold is scaled before."""
        if self.problem.storage != np.float32:
            return apply(values)
        library, inner = array_module(values), tuple(range(1, values.ndim))
        exponents = library.frexp(library.maximum(values.max(axis=inner), -values.min(axis=inner)))[1]
        exponents = library.where(abs(exponents) > MOST_EXPONENT, exponents, 0)
        if not exponents.any():
            return apply(values)
        images = apply(library.ldexp(values, -exponents.reshape(-1, *[1] * len(inner)))).astype(self.dtype)
        return library.ldexp(images, exponents.reshape(-1, *[1] * (images.ndim - 1)))

    def _check_image(self, owner: str, name: str, image: Any, source: Any, remedy: str) -> None:
        """Give back nothing that is not finite.

        Raises
        ------
        InputError
            If a number is not: because those it comes from are too large, or by a fault of the engine.
        """
        # NaN is the largest of any numbers
        if not image.size or np.isfinite(float(abs(image).max())):
            return
        largest = float(abs(source).max())
        if largest <= float(np.finfo(image.dtype).max) ** 0.4:
            remedy = (
                f"the {self.engine} engine fails here, as none of what it was given is beyond {largest:g}: take "
                f"another one ({', '.join(ENGINES)}), and report this"
            )
        finite(owner, name, image, remedy)

    def gram_diagonal(self, weights: npt.ArrayLike = 1.0) -> npt.NDArray[np.float64]:
        """Diagonal of ``A' W^2 A``.

        Parameters
        ----------
        weights : array_like
            Diagonal of W, broadcast to (components, stations): 1/uncertainty, not its square.

        Returns
        -------
        (*domain_shape) array; 0 in inactive cells.
        """
        values = array_of("Magnetics.gram_diagonal", "weights", weights)
        with memory_said("Magnetics.gram_diagonal"), np.errstate(over="ignore", invalid="ignore"):
            squared = np.broadcast_to(values**2, self.range_shape)
            finite("Magnetics.gram_diagonal", "squared weights", squared, "give 1/uncertainty, in 1/nT")
            diagonal = self._built().gram_diagonal(np.ascontiguousarray(squared))
        remedy = "the weights are too large for them: give 1/uncertainty, in 1/nT"
        self._check_image("Magnetics.gram_diagonal", "sums of squares", diagonal, values, remedy)
        return (diagonal * self.mesh.active).reshape(self.domain_shape)

    @property
    def decay_exponent(self) -> float:
        """Power of the distance that the data of a cell fall with: 3, or 4 where all are gradients."""
        return float(self.problem.kernels.order.min() + 1)

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Names of the model's dimensions."""
        return AXES if self.unknown == "susceptibility" else ("component", *AXES)

    @property
    def range_names(self) -> tuple[str, ...]:
        """Names of the data's dimensions."""
        return ("component", "station")

    def __repr__(self) -> str:
        """Shapes, engine, why it was chosen and what it costs."""
        domain = shape_text(self.domain_shape, self.domain_names)
        return (
            f"Magnetics of {' '.join(self.survey.components)}: {self.unknown} {domain} "
            f"to data {shape_text(self.range_shape, self.range_names)}, {self.dtype}\n{self.choice}"
        )


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


def _whole_number(applications: int) -> int:
    """Number of applications, where it is one."""
    if isinstance(applications, bool) or not isinstance(applications, (int, np.integer)) or applications < 1:
        raise InputError(
            f"Magnetics expects applications as a whole number from 1 up, got {applications!r}; "
            "give how often A and A.T will be applied, or None"
        )
    return int(applications)


def _check_tolerance(rtol: float, dtype: np.dtype[Any]) -> None:
    """Refuse an error that is not positive, or that no engine stays below."""
    positive("Magnetics", "rtol", np.asarray(float(rtol)), "give a relative error such as 1e-6, or None")
    if rtol >= 1.0:
        raise InputError(f"Magnetics expects rtol below 1, got {rtol:g}; give a relative error such as 1e-6, or None")
    if rtol < LEAST_RTOL[dtype.name]:
        other = ", or dtype='float64'" if dtype == np.float32 else ""
        raise InputError(
            f"Magnetics expects rtol of {LEAST_RTOL[dtype.name]:g} or more with dtype {dtype.name}, which rounds, "
            f"got {rtol:g}; give None for the most exact{other}"
        )
