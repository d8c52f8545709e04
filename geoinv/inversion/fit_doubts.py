"""What to doubt about a fit: a misfit that stays high, or residuals that are no noise; and what usually causes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.wording import way

__all__ = ["doubts_of", "structured_residuals", "usual_causes"]

Array = npt.NDArray[np.float64]

NEIGHBOURS = 7
"""Stations that are looked at together, the nearest ones."""

STRUCTURED = 3.0
"""Standard deviations that their residuals have in the mean before it is said: independent noise never has, and the
strong data of a smooth model fitted to chi^2/N = 1 have two or so."""


def doubts_of(operator: Any, data: Array, predicted: Array, uncertainty: Array, reached: bool) -> tuple[str, ...]:
    """Sentences about what is wrong with a fit that was to meet a target; none where nothing is.

    Parameters
    ----------
    operator : LinearOperator or NonlinearOperator
        The physics.
    data, predicted, uncertainty : arrays of its range
        As in a :class:`geoinv.Solution`.
    reached : bool
        Whether the target was met.
    """
    structure = structured_residuals(operator, data, predicted, uncertainty)
    if reached and not structure:
        return ()
    return (*([structure] if structure else []), usual_causes(operator, reached))


def usual_causes(operator: Any, reached: bool) -> str:
    """What usually keeps data from being fitted: all, or some where the target is reached in the mean."""
    mean = "a target that is met in the mean alone (a lower one fits strong data better), " if reached else ""
    if getattr(operator, "survey", None) is None:
        return f"usual causes: {mean}standard deviations too small, or an operator that does not describe the data"
    remanence = ""
    if getattr(operator, "unknown", "") == "susceptibility":
        finds = way(" (which --unknown magnetization finds)", ' (which Magnetics(..., unknown="magnetization") finds)')
        remanence = f"remanent magnetization{finds}, "
    return (
        f"usual causes: {mean}{remanence}standard deviations too small for strong data, a mesh too coarse or too "
        "small, wrong heights, a base level left in the data"
    )


def structured_residuals(operator: Any, data: Array, predicted: Array, uncertainty: Array) -> str:
    """Sentence about the place where neighbouring residuals have most in common, if that is no noise; else empty.

    Parameters
    ----------
    operator : LinearOperator
        Its survey has the stations.
    data, predicted, uncertainty : (components, stations) arrays
        As in a :class:`geoinv.Solution`.
    """
    survey = getattr(operator, "survey", None)
    if survey is None or np.ndim(data) != 2 or data.shape[1] < 3 * NEIGHBOURS:
        return ""
    from scipy.spatial import cKDTree

    positions = np.column_stack([survey.easting, survey.northing])
    _, nearest = cKDTree(positions - positions.mean(axis=0)).query(positions - positions.mean(axis=0), NEIGHBOURS)
    scaled = (data - predicted) / uncertainty
    means = scaled[:, nearest].mean(axis=-1)
    row, place = (int(k) for k in np.unravel_index(int(np.argmax(np.abs(means))), means.shape))
    largest = float(means[row, place])
    if not abs(largest) > STRUCTURED:
        return ""
    around = nearest[place]
    peak = int(around[np.argmax(np.abs(scaled[row, around]))])
    side = "above" if largest > 0.0 else "below"
    return (
        f"residuals are structured: near easting {positions[place, 0]:.0f}, northing {positions[place, 1]:.0f} m "
        f"{NEIGHBOURS} neighbouring data lie {abs(largest):.2g} standard deviations {side} the "
        f"prediction on average (one of {data[row, peak]:.4g} is predicted as {predicted[row, peak]:.4g})"
    )
