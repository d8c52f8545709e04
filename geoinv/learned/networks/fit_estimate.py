"""A network's estimate led to the data: the nearest model that fits, and samples of those that do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.classical.data_projection import DataProjection
from geoinv.core.checks import array_of, positive
from geoinv.embeddings.separable import SeparableModes
from geoinv.inversion.invert import invert
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.problem import checked_data
from geoinv.inversion.solution import Solution
from geoinv.learned.layers.error_model import ErrorModel
from geoinv.regularizers.smooth import Smooth
from geoinv.surveys.susceptibility import LOWEST

__all__ = ["Estimate", "FitEstimate", "tolerated"]

Array = npt.NDArray[Any]

Estimate = Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]
"""From data (samples, data) to coefficients, the data in modes, both in units of s, and s (samples, 1)."""

WIDEST = 0.04
"""How far above the target chi^2/N may stay at most."""

BEYOND = 1.005
"""Misfit over the wanted one from which the modes are seen to lack something: the rest is rounding."""


def tolerated(target: float, count: int) -> float:
    """Largest chi^2/N that is taken for the target.

    That of the truth itself scatters by ``sqrt(2 / N)``: an estimate within two of these is not led further, as it
    would be led to the noise.

    Examples
    --------
    >>> tolerated(1.0, 20_000), tolerated(2.0, 100)
    (1.02, 2.08)
    """
    return target * (1.0 + min(WIDEST, 2.0 * float(np.sqrt(2.0 / count))))


@dataclass
class FitEstimate:
    """Estimates of a network in modes, and what leads them to their data.

    Attributes
    ----------
    name : str
        Of the network, for the solution's settings.
    estimate : callable
        The network's: coefficients, data modes and unit of data.
    errors : ErrorModel
    A : LinearOperator
    modes : SeparableModes
        E.
    data_of_modes : (data, coefficients) array
        A E.
    """

    name: str
    estimate: Estimate
    errors: ErrorModel
    A: LinearOperator
    modes: SeparableModes
    data_of_modes: Array
    _projection: DataProjection | None = None
    _last: tuple[DataProjection, Array, DataProjection] | None = None

    @classmethod
    def of(
        cls, name: str, estimate: Estimate, errors: ErrorModel, A: LinearOperator, modes: SeparableModes
    ) -> FitEstimate:
        """Apply A to every mode."""
        return cls(name, estimate, errors, A, modes, (A @ modes).to_dense().astype(np.float64))

    def invert(self, d: npt.ArrayLike, uncertainty: npt.ArrayLike, target: float) -> Solution:
        """Model nearest to the estimate, in the metric of the errors, that fits to the target."""
        positive(
            "invert",
            "target",
            array_of("invert", "target", target, shape=()),
            "give a chi^2 per datum, such as 1",
        )
        data, deviation = self._checked(d, uncertainty)
        estimate, size, y = self._estimate(data)
        wanted = tolerated(target, data.size)
        fitted = self._led(estimate, data, deviation, size, wanted, self._metric(y, deviation))
        model = self.modes(fitted.reshape(self.modes.domain_shape))
        predicted = np.asarray(self.A(model.astype(self.A.dtype)), float)
        observed, deviation = data.reshape(predicted.shape), deviation.reshape(predicted.shape)
        misfit = float(np.mean(((observed - predicted) / deviation) ** 2))
        if misfit > BEYOND * wanted:
            # what the modes lack, the cells may have
            possible = np.maximum(model, LOWEST) if getattr(self.A, "unknown", "") == "susceptibility" else model
            nearest = Smooth(reference=possible, weighting=None)
            return invert(self.A, observed, deviation, nearest, target=wanted)
        return Solution(
            operator=self.A,
            model=model,
            predicted=predicted,
            data=observed,
            uncertainty=deviation,
            base_level=np.zeros(self.A.range_shape[:-1]),
            outcome=Outcome.REACHED,
            ending=f"{Outcome.REACHED.value} by the network's estimate, led to the data",
            doubts=(),
            reached=True,
            target=target,
            beta=float("nan"),
            excess=0.0,
            history=(),
            settings={"network": self.name, "target": target},
        )

    def sample(self, d: npt.ArrayLike, uncertainty: npt.ArrayLike, count: int, seed: int) -> Array:
        """Estimates with drawn errors, each led to the data."""
        data, deviation = self._checked(d, uncertainty)
        estimate, size, y = self._estimate(data)
        errors = size * self.errors.draw(y, count, torch.Generator().manual_seed(seed)).double().numpy()
        metric = self._metric(y, deviation)
        found = [
            self._led(estimate + error, data, deviation, size, tolerated(1.0, data.size), metric) for error in errors
        ]
        return np.asarray(self.modes(np.reshape(found, (count, *self.modes.domain_shape))))

    def _estimate(self, data: Array) -> tuple[Array, float, Tensor]:
        """Coefficients, the unit s, and the data in modes."""
        with torch.no_grad():
            c, y, size = self.estimate(torch.from_numpy(data[None]))
        return float(size) * c[0].double().numpy(), float(size) or 1.0, y[0]

    def _metric(self, y: Tensor, deviation: Array) -> DataProjection:
        """Projection in the metric of the errors that the data let expect; the last is kept, decomposed."""
        with torch.no_grad():
            sizes = torch.exp(self.errors.log_sizes(y[None]))[0].double().numpy()
        projection, last = self._projected(deviation.mean() / deviation), self._last
        if last is None or last[0] is not projection or not np.array_equal(last[1], sizes):
            last = self._last = projection, sizes, projection.rescaled(sizes)
        return last[2]

    def _led(
        self, c: Array, data: Array, deviation: Array, size: float, target: float, metric: DataProjection
    ) -> Array:
        """Coefficients nearest to c whose data fit to the target, as far as any do."""
        typical = float(deviation.mean())
        residual = (data - self.data_of_modes @ c) / typical
        correction, _ = metric.correction(residual, target, gain=size / typical)
        return np.asarray(c + size * correction)

    def _projected(self, weights: Array) -> DataProjection:
        known = self._projection
        if known is None or not np.allclose(known.weights, weights, rtol=1e-12):
            factor = self.errors.directions.double().numpy()
            known = self._projection = DataProjection.of(self.data_of_modes @ factor, factor, weights)
        return known

    def _checked(self, d: npt.ArrayLike, uncertainty: npt.ArrayLike) -> tuple[Array, Array]:
        data, deviation = checked_data(self.A, d, uncertainty)
        return data.ravel(), deviation.ravel()
