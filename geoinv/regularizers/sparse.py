"""Sparse: powers between 0 and 2 of a model and of its gradient, by quadratics that are reweighted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, array_of
from geoinv.core.whole import largest as largest_of_all
from geoinv.regularizers.smooth import Smooth
from geoinv.regularizers.weighted_differences import WeightedDifferences

__all__ = ["Sparse", "squared_amplitude"]

Array = npt.NDArray[np.float64]

COOLING = 2.0
"""Factor between one threshold and the next, from the largest amplitude down."""

THRESHOLD = 0.02
"""Lowest threshold, relative to the largest amplitude of the smooth model."""


@dataclass(frozen=True, eq=False)
class Sparse(Smooth):
    """Lp norms, p from 0 to 2, of a model and of its gradient.

    ``phi(m) = sum_cells a V w^2 rho(m - m0; p_small) + sum_faces b L^2 V w^2 / distance^2 rho(difference; p_smooth)``,
    where ``rho(t; p)`` grows as ``|t|^p`` beyond a threshold epsilon and as ``t^2`` below it. The difference is that of
    (m - m0); otherwise as in :class:`Smooth`. p = 0 asks for few cells (or few jumps), 1 for a small sum of amplitudes,
    2 for small squares. Where a model is a vector (magnetization), t is its amplitude, or that of its difference.

    The inversion begins with the smooth model (p = 2 everywhere) and goes on with a series of quadratics, ``t^2``
    weighted by ``((t^2 + epsilon^2) / (s^2 + epsilon^2))^(p/2 - 1)`` at the model before, each fitting the data as well
    as the target asks. s is the largest amplitude of the smooth model (in cells that are not held): there all norms
    count alike, which keeps the terms in proportion. epsilon falls from s to a fiftieth of it.

    Parameters
    ----------
    smallness, smoothness, reference, weighting
        As in :class:`Smooth`.
    p_small : float
        p of the model.
    p_smooth : float or (float, float, float)
        p of the gradient, one or for (upward, northing, easting).

    Raises
    ------
    InputError
        If a norm is not between 0 and 2.

    Notes
    -----
    Iteratively reweighted least squares with a cooled threshold: Fournier and Oldenburg (2019), Inversion using
    spatially variable mixed lp norms, Geophys. J. Int. 218(1); the weights of the terms are scaled at a common
    amplitude in place of their largest gradients.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> from geoinv import invert
    >>> A = MatrixOperator(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
    >>> solution = invert(A, [3.0, 3.0], 0.03, Sparse(smoothness=0.0, weighting=None))
    >>> solution.model.round(1).tolist()
    [0.0, 3.0, 0.0]
    """

    smoothness: float | tuple[float, ...] = 7.0
    p_small: float = 0.0
    p_smooth: float | tuple[float, ...] = 1.5
    _ranks: ClassVar[tuple[int, ...]] = (0, 1)
    _largest: float = field(default=np.nan, repr=False)
    _threshold: float = field(default=np.inf, repr=False)
    _smooth_form: WeightedDifferences | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Reject what is no norm, before anything is computed with it."""
        super().__post_init__()
        owner = type(self).__name__
        for name, ranks in (("p_small", (0,)), ("p_smooth", self._ranks)):
            given = getattr(self, name)
            norms = array_of(owner, name, given)
            if norms.ndim not in ranks:
                several = ", or one for each axis (upward, northing, easting)" if 1 in ranks else ""
                raise InputError(f"{owner} expects one number as {name}{several}, got {given!r}; give p from 0 to 2")
            if norms.ndim:
                object.__setattr__(self, name, tuple(norms.tolist()))
            wrong = norms[~((norms >= 0.0) & (norms <= 2.0))]
            if wrong.size:
                raise InputError(
                    f"{owner} expects norms p_small and p_smooth between 0 and 2, got {wrong[0]!s} as {name}; 0 asks "
                    "for few cells or jumps, 1 for small amplitudes, 2 for small squares"
                )

    def bind(self, operator: LinearOperator) -> Self:
        """Weights of the smooth beginning for the cells and faces of an operator's mesh.

        Raises
        ------
        InputError
            If the reference, the weights or the number of norms do not fit the mesh, or a weighting lacks what it
            needs.
        """
        bound = super().bind(operator)
        axes = len(bound.bound.faces)
        if np.shape(self.p_smooth) not in ((), (axes,)):
            raise InputError(
                f"{type(self).__name__} expects one p_smooth or {axes}, for (upward, northing, easting), got "
                f"{self.p_smooth!r}"
            )
        return replace(bound, _smooth_form=bound.bound)

    @property
    def settled(self) -> bool:
        """Whether the threshold is at its lowest, or every norm is 2 so that there is nothing to reweight."""
        squares = self.p_small == 2.0 and np.all(np.asarray(self.p_smooth) == 2.0)
        return bool(squares or self._threshold <= THRESHOLD * self._largest * (1.0 + 1e-9))

    def update(self, z: Array, beta: float) -> Self:
        """Next quadratic: weights at a model, with a lower threshold.

        Parameters
        ----------
        z : array
            Model that this quadratic led to; the smooth one, the first time.
        beta : float
            Its trade-off, which the next one starts from.
        """
        smooth = self._smooth_form
        assert smooth is not None, "bound before it is updated"
        deviation = self.deviation(z)
        squares = [squared_amplitude(deviation, len(smooth.faces)), *self._squared_differences(smooth, deviation)]
        largest = self._largest if np.isfinite(self._largest) else self._largest_free(squares[0])
        if largest == 0.0:
            return self
        threshold = max(min(self._threshold, largest * COOLING) / COOLING, THRESHOLD * largest)
        norms = (float(self.p_small), *np.broadcast_to(self.p_smooth, len(smooth.faces)).astype(np.float64))
        weights = [
            base * ((square + threshold**2) / (largest**2 + threshold**2)) ** (p / 2.0 - 1.0)
            for base, square, p in zip((smooth.cell_weights, *smooth.face_weights), squares, norms, strict=True)
        ]
        if self.held is not None:
            weights[0] = np.where(self.held.cells, smooth.cell_weights, weights[0])
        form = WeightedDifferences(smooth.faces, weights[0], tuple(weights[1:]))
        return replace(self, _form=form, _largest=largest, _threshold=threshold)

    def _largest_free(self, squares: Array) -> float:
        """Largest amplitude of cells that are not held, as held ones stand out whatever the data say.

        That of all cells where those that are not held are at the reference.
        """
        free = squares if self.held is None else np.where(self.held.cells, 0.0, squares)
        return float(np.sqrt(largest_of_all(float(free.max())) or largest_of_all(float(squares.max()))))

    def _squared_differences(self, smooth: WeightedDifferences, deviation: Array) -> list[Array]:
        """Square of what the norm of the gradient is taken of, at the faces of each axis."""
        return [squared_amplitude(faces.difference(deviation), len(faces.shape)) for faces in smooth.faces]


def squared_amplitude(values: npt.NDArray[Any], rank: int) -> Array:
    """Square of values, summed over the components of a vector, which lead the `rank` axes of a mesh."""
    squares = np.square(values)
    return np.asarray(squares.sum(axis=tuple(range(squares.ndim - rank))))
