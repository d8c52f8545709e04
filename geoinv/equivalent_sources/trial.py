"""How well sources of one depth predict what they were not fitted to, exactly, for a few stations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.equivalent_sources.discrepancy import damping_at
from geoinv.equivalent_sources.layer import layer_below
from geoinv.equivalent_sources.operator import SourceStrengths, layer_field
from geoinv.surveys.survey import Survey

__all__ = ["Trial", "together", "tried"]

Array = npt.NDArray[np.float64]

LEAST_DAMPING = 1e-7
"""Damping relative to the largest eigenvalue of the data's covariance, below which no fit is sought: rounding of the
physics, and steps of conjugate gradients without end."""

FREE = 1e3
"""Variance of the constant in the data, over the largest of the sources' data."""

DAMPINGS = np.logspace(-7.0, 0.0, 36)
"""Relative dampings that are tried where nobody knows the noise."""


@dataclass(frozen=True)
class Trial:
    """What was tried.

    Attributes
    ----------
    depth : float
        Metres below the stations.
    noise : float or None
        Standard deviation of the residuals of the first component, where it was chosen with the depth; None where the
        survey has its own.
    error : float
        Root mean square of the data left out less their prediction, in their unit; over the standard deviation of
        each component where there are several.
    chi2_per_datum : float
        Misfit of the fit to all of them.
    """

    depth: float
    noise: float | None
    error: float
    chi2_per_datum: float

    @property
    def fits(self) -> bool:
        """Whether the data can be fitted to their noise."""
        return self.chi2_per_datum < 1.02


def tried(survey: Survey, folds: npt.NDArray[np.intp], depth: float) -> Trial:
    """Error of the predictions of the stations of each part from all others.

    Parameters
    ----------
    survey : Survey
        With data; a few thousand of them at most.
    folds : (stations,) array of int
        Part that each station belongs to.
    depth : float
        Of the sources.

    Notes
    -----
    The prediction of a linear smoother with covariance K and damping b leaves the residuals ``G_ff^-1 (G d)_f`` in
    what is left out, with ``G = (K + b)^-1`` of all data (Rasmussen and Williams 2006, section 5.4.2, for blocks):
    one decomposition serves every part and every damping. b is that of chi^2/N = 1, or the one of the least error.
    """
    assert survey.data is not None, "cross-validation needs data"
    known = survey.uncertainty is not None
    spread = survey.data.std(axis=1, keepdims=True)
    scale = survey.uncertainty if survey.uncertainty is not None else np.where(spread > 0.0, spread, 1.0)
    scale = np.broadcast_to(scale, survey.data.shape)
    values, vectors = np.linalg.eigh(_covariance(survey, scale, depth))
    values = np.maximum(values, 0.0)
    data = (survey.data / scale).ravel()
    inside = vectors.T @ data
    members = [np.flatnonzero(np.tile(folds == fold, len(survey.components))) for fold in np.unique(folds)]
    units = (scale / (spread if len(survey.components) > 1 else 1.0)).ravel()

    def misfit(damping: float) -> float:
        return float(np.mean((damping / (values + damping) * inside) ** 2))

    def error(damping: float) -> float:
        rows = vectors / (values + damping)
        squares = 0.0
        for kept in members:
            inner = rows[kept] @ vectors[kept].T
            residual = np.linalg.solve(inner, rows[kept] @ inside)
            squares += float(np.sum((residual * units[kept]) ** 2))
        return float(np.sqrt(squares / data.size))

    # the constant has the largest one
    largest = float(values[-2]) if values.size > 1 else 1.0
    if known:
        damping = damping_at(misfit, 1.0, LEAST_DAMPING * largest, 1e3 * largest)
        return Trial(depth, None, error(damping), misfit(damping))
    damping = min((share * largest for share in DAMPINGS), key=error)
    noise = float(np.sqrt(misfit(damping)) * scale[0, 0])
    return Trial(depth, noise, error(damping), 1.0)


def together(trials: Sequence[Trial]) -> Trial:
    """Trial of one depth on several parts of a survey: mean squares, and the misfit of the worst."""
    noises = [trial.noise for trial in trials if trial.noise is not None]
    return Trial(
        trials[0].depth,
        float(np.sqrt(np.mean(np.square(noises)))) if noises else None,
        float(np.sqrt(np.mean([trial.error**2 for trial in trials]))),
        max(trial.chi2_per_datum for trial in trials),
    )


def _covariance(survey: Survey, scale: Array, depth: float) -> Array:
    """Covariance of the data of sources of variance one, and of a free constant, over the scale of the data."""
    layer = layer_below(survey, depth)
    A = SourceStrengths(layer, layer_field(layer, survey, survey.stations, engine="dense"))
    count = scale.size
    rows = A.T(np.eye(count).reshape(count, *survey.range_shape)).reshape(count, -1) / scale.ravel()[:, None]
    covariance = rows @ rows.T
    for component in range(len(survey.components)):
        constant = np.zeros(survey.range_shape)
        constant[component] = 1.0 / scale[component]
        one = constant.ravel()
        covariance += FREE * covariance.diagonal().max() / float(one @ one) * np.multiply.outer(one, one)
    return np.asarray(covariance)
