"""A network's estimate led to the data: the nearest model that fits, and samples of those that do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.classical.data_projection import DataProjection
from geoinv.core.checks import array_of, finite, positive
from geoinv.embeddings.separable import SeparableModes
from geoinv.inversion.invert import invert
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.solution import Solution
from geoinv.learned.layers.error_model import ErrorModel
from geoinv.regularizers.smooth import Smooth
from geoinv.surveys.susceptibility import LOWEST

__all__ = ["FitEstimate"]

Array = npt.NDArray[Any]

WIDEST = 0.04
"""How far above the target chi^2/N may stay at most."""


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
    core : torch.nn.Module
        From data modes to coefficients, in units of s.
    data_modes : (modes, data) array
    errors : ErrorModel
    A : LinearOperator
    modes : SeparableModes
        E.
    data_of_modes : (data, coefficients) array
        A E.
    """

    core: nn.Module
    data_modes: Array
    errors: ErrorModel
    A: LinearOperator
    modes: SeparableModes
    data_of_modes: Array
    _projection: DataProjection | None = None

    @classmethod
    def of(
        cls, core: nn.Module, data_modes: Tensor, errors: ErrorModel, A: LinearOperator, modes: SeparableModes
    ) -> FitEstimate:
        """Apply A to every mode, some at a time."""
        count = int(np.prod(modes.domain_shape))
        unit = np.eye(count).reshape(count, *modes.domain_shape)
        parts = [np.asarray(A(modes(some).astype(A.dtype)), float) for some in np.array_split(unit, -(-count // 16))]
        data = np.concatenate(parts).reshape(count, -1).T
        return cls(core, data_modes.double().numpy(), errors, A, modes, data)

    def invert(self, d: npt.ArrayLike, uncertainty: npt.ArrayLike, target: float) -> Solution:
        """Model nearest to the estimate, in the metric of the errors, that fits to the target."""
        data, deviation = self._checked(d, uncertainty)
        estimate, size, y = self._estimate(data)
        wanted = tolerated(target, data.size)
        fitted = self._led(estimate, data, deviation, size, wanted, self._metric(y, deviation))
        model = self.modes(fitted.reshape(self.modes.domain_shape))
        predicted = np.asarray(self.A(model.astype(self.A.dtype)), float)
        observed, deviation = data.reshape(predicted.shape), deviation.reshape(predicted.shape)
        misfit = float(np.mean(((observed - predicted) / deviation) ** 2))
        if misfit > 1.005 * wanted:
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
            settings={"network": type(self.core).__name__, "target": target},
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
        """Coefficients, their unit s, and the data in modes."""
        size = float(np.abs(data).mean()) or 1.0
        y = torch.from_numpy(self.data_modes @ data / size).float()
        with torch.no_grad():
            return size * self.core(y[None])[0].double().numpy(), size, y

    def _metric(self, y: Tensor, deviation: Array) -> DataProjection:
        """Projection in the metric of the errors that the data let expect."""
        with torch.no_grad():
            sizes = torch.exp(self.errors.log_sizes(y[None]))[0].double().numpy()
        return self._projected(deviation.mean() / deviation).rescaled(sizes)

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
        owner = "the network"
        data = array_of(owner, "data", d, shape=self.A.range_shape)
        finite(owner, "data", data, "drop or fill those stations")
        given = array_of(owner, "uncertainty", uncertainty)
        deviation = (
            np.broadcast_to(given, self.A.range_shape)
            if given.ndim == 0
            else array_of(owner, "uncertainty", given, shape=self.A.range_shape)
        )
        positive(owner, "uncertainty", deviation, "give a standard deviation above zero for every datum")
        return data.ravel(), deviation.ravel()
