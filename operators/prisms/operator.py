"""What every physics of prisms has in common: an operator from a model on a mesh to the data of a survey."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.conventions.quantities import QUANTITIES
from geoinv.core.backend import Resident, array_module
from geoinv.core.checks import InputError, array_of, choice, finite, positive, shape_text, whole_number
from geoinv.core.memory import memory_said
from geoinv.meshes.base import Mesh, of_cubes
from geoinv.meshes.tensor import Grid
from geoinv.operators.cuda import on_gpu
from geoinv.operators.prisms.choice import Choice, choose
from geoinv.operators.prisms.engines import ENGINES
from geoinv.operators.prisms.offer import APPLICATIONS, Estimate
from geoinv.operators.prisms.precorrected_fft.plan import DEFAULT_RTOL
from geoinv.operators.prisms.problem import LEAST_RTOL, Engine, PrismProblem
from geoinv.operators.prisms.weights import KernelWeights
from geoinv.surveys.survey import Survey

__all__ = ["PrismOperator"]

MOST_EXPONENT = 40
"""Powers of two that the largest number of a model may be from one, with room for the field in single precision."""


class PrismOperator(LinearOperator):
    """Data of prisms in each of which the unknown is uniform.

    A physics derives a class, sets `kind` and the attribute ``unknown``, and writes :meth:`_kernel_weights`. Its model
    is one number a cell, or a vector (3, ...) along easting, northing, upward, as the kernel weights have 1 or 3
    unknowns. Inactive cells are ignored, whatever stands in them, and receive 0 from the adjoint.

    Parameters
    ----------
    mesh : Grid, OctreeGrid or another mesh of cubes of its finest cells
        Cells; only the active ones count.
    survey : Survey
        Stations and components of the physics' kind.
    engine, rtol, dtype, memory_budget, applications
        As :class:`geoinv.operators.Magnetics` takes them.

    Attributes
    ----------
    kind : str
        What the components of its surveys are of: "magnetic".
    unknown : str
        What a model is: "susceptibility".
    problem : PrismProblem
        What the engines see.
    choice : Choice
        Engine that was chosen, why, and what it is expected to cost.

    Raises
    ------
    InputError
        If the engine does not apply or fit in memory, the survey is of another physics, or an argument is not one of
        those that there are.
    """

    device_arrays = True
    kind: ClassVar[str]
    unknown: str

    def __init__(
        self,
        mesh: Mesh,
        survey: Survey,
        engine: str = "auto",
        rtol: float | None = None,
        dtype: npt.DTypeLike = "float64",
        memory_budget: float | None = None,
        applications: int | None = None,
    ) -> None:
        choice(self.name, "engine", engine, ("auto", *ENGINES))
        self.dtype = self._checked_dtype(dtype)
        self._check_geometry(mesh, survey)
        if applications is None:
            applications = APPLICATIONS
        remedy = "give how often A and A.T will be applied, or None"
        count = whole_number(self.name, "applications", applications, 1, remedy)
        if rtol is not None:
            self._check_tolerance(rtol)
        elif engine == "auto" or ENGINES[engine].approximate:
            rtol = DEFAULT_RTOL
        self.mesh, self.survey = mesh, survey
        single = self.dtype == np.float32 or (rtol is not None and rtol >= 1e-5)
        storage = np.dtype(np.float32 if single else np.float64)
        stations = np.column_stack([survey.easting, survey.northing, survey.upward])
        self.problem = PrismProblem(mesh, stations, self._kernel_weights(), storage, rtol, self.name)
        self.domain_shape = (3, *mesh.shape) if self._vector else mesh.shape
        self.range_shape = survey.range_shape
        self.choice: Choice = choose(self.problem, engine, memory_budget, count)
        self._engine: Engine | None = None
        self._device_engine: Any = None
        self._active = None if mesh.active.all() else Resident(mesh.active)

    @abstractmethod
    def _kernel_weights(self) -> KernelWeights:
        """What each component of ``self.survey`` takes of each unknown."""

    @property
    def _vector(self) -> bool:
        """Whether a cell has three unknowns."""
        return self.problem.unknowns == 3

    def estimate(self) -> Estimate:
        """Bytes, and seconds for building and for each application, that the engine is expected to take."""
        return self.choice.estimate

    @property
    def engine(self) -> str:
        """Name of the engine in use."""
        return self.choice.engine

    def _built(self) -> Engine:
        if self._engine is None:
            self._engine = self.choice.build()
        return self._engine

    def _beside(self, array: npt.NDArray[Any]) -> Any:
        """Engine for arrays of a library: the host's, or that of a GPU."""
        if array_module(array) is np:
            return self._built()
        if self._device_engine is None:
            self._device_engine = ENGINES[self.engine].beside(self.problem, on_gpu(), self._built)
        return self._device_engine

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        known = x if self._active is None else array_module(x).where(self._active.beside(x), x, 0.0)
        models = known.reshape(-1, self.problem.unknowns, *self.mesh.shape)
        finite(self.name, f"{self.unknown} in active cells", models, "mark cells without a value inactive")
        with np.errstate(over="ignore", invalid="ignore"):
            image = self._in_range(self._beside(x).forward, models).astype(self.dtype, copy=False)
        self._check_image(
            self.name, "data of a model", image, models, "its values are too large for them: scale it down"
        )
        return image  # type: ignore[no-any-return]

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        finite(self.T.name, "data", y, "remove those stations")
        with np.errstate(over="ignore", invalid="ignore"):
            gradients = self._in_range(self._beside(y).adjoint, y).astype(self.dtype, copy=False)
        remedy = "their values are too large for them: scale them down"
        self._check_image(self.T.name, "sums over the data", gradients, y, remedy)
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
        owner = f"{self.name}.gram_diagonal"
        units = " or ".join(dict.fromkeys(f"1/{QUANTITIES[name].unit}" for name in self.survey.components))
        values = array_of(owner, "weights", weights)
        with memory_said(owner), np.errstate(over="ignore", invalid="ignore"):
            squared = np.broadcast_to(values**2, self.range_shape)
            finite(owner, "squared weights", squared, f"give 1/uncertainty, in {units}")
            diagonal = self._built().gram_diagonal(np.ascontiguousarray(squared))
        remedy = f"the weights are too large for them: give 1/uncertainty, in {units}"
        self._check_image(owner, "sums of squares", diagonal, values, remedy)
        return (diagonal * self.mesh.active).reshape(self.domain_shape)

    @property
    def decay_exponent(self) -> float:
        """Power of the distance that the data of a cell fall with: the derivatives of the integral of 1/r, and one.

        The slowest of the components: 2 for gravity, 3 for a magnetic field or a gravity gradient, 4 where all are
        gradients of a magnetic field.
        """
        return float(self.problem.kernels.order.min() + 1)

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Names of the model's dimensions."""
        return ("component", *self.mesh.dims) if self._vector else self.mesh.dims

    @property
    def range_names(self) -> tuple[str, ...]:
        """Names of the data's dimensions."""
        return ("component", "station")

    def __repr__(self) -> str:
        """Shapes, engine, why it was chosen and what it costs."""
        domain = shape_text(self.domain_shape, self.domain_names)
        return (
            f"{self.name} of {' '.join(self.survey.components)}: {self.unknown} {domain} "
            f"to data {shape_text(self.range_shape, self.range_names)}, {self.dtype}\n{self.choice}"
        )

    def _check_geometry(self, mesh: Any, survey: Any) -> None:
        """Reject what is no mesh or no survey, and surveys of another physics."""
        if not (isinstance(mesh, Grid) or of_cubes(mesh)) or not isinstance(survey, Survey):
            # discretize's meshes say what they are
            maker = {"TENSOR": "Grid", "TREE": "OctreeGrid"}.get(getattr(mesh, "_meshType", ""))
            raise InputError(
                f"{self.name} expects a Grid or OctreeGrid and a Survey, got {type(mesh).__name__} and "
                f"{type(survey).__name__}" + (f"; make the mesh with geoinv.{maker}.from_discretize" if maker else "")
            )
        if of_cubes(mesh) and not mesh.active.any():
            raise InputError(
                f"{self.name} expects an octree with active cells, got none of {mesh.size}; give cells below the ground"
            )
        if computed := [name for name in survey.components if not QUANTITIES[name].tensor]:
            raise InputError(
                f"{self.name} expects components that are linear in the model, got {' '.join(computed)}; take "
                "geoinv.operators.FieldStrength for a survey of these"
            )
        if survey.kind != self.kind:
            own = " ".join(
                name for name, quantity in QUANTITIES.items() if quantity.order and quantity.kind == self.kind
            )
            raise InputError(
                f"{self.name} expects {self.kind} components ({own}), got {' '.join(survey.components)}; "
                f"give a {self.kind} survey, or take the operator of {survey.kind} data"
            )

    def _checked_dtype(self, dtype: npt.DTypeLike) -> np.dtype[Any]:
        """Type of models and data, where it is one of the two."""
        try:
            found = np.dtype(dtype)
        except TypeError:
            raise InputError(f"{self.name} expects dtype to be one of float64, float32; got {dtype!r}") from None
        choice(self.name, "dtype", found.name, ("float64", "float32"))
        return found

    def _check_tolerance(self, rtol: float) -> None:
        """Reject an error that is not positive, or that no engine stays below."""
        remedy = "give a relative error such as 1e-6, or None"
        positive(self.name, "rtol", array_of(self.name, "rtol", rtol, shape=()), remedy)
        if rtol >= 1.0:
            raise InputError(f"{self.name} expects rtol below 1, got {rtol:g}; {remedy}")
        least = LEAST_RTOL[self.dtype.name]
        if rtol < least:
            other = ", or dtype='float64'" if self.dtype == np.float32 else ""
            raise InputError(
                f"{self.name} expects rtol of {least:g} or more with dtype {self.dtype}, which rounds, "
                f"got {rtol:g}; give None for the most exact{other}"
            )
