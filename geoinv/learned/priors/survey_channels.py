"""What a network on geology sees of a model and of its survey: channels without units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["CHANNELS", "amplitude", "survey_channels"]

Array = npt.NDArray[np.float64]

CHANNELS = ("model", "rock", "depth", "sensitivity", "field east", "field north", "field up", "aspect", "penalty")
"""Names of the channels, in their order."""


def amplitude(model: Array) -> float:
    """Amplitude of what stands out: ``sqrt(sum m^4 / sum m^2)``, which more cells of zero leave as it is.

    Examples
    --------
    >>> amplitude(np.array([0.0, 0.0, 2.0, -2.0]))
    2.0
    """
    squares = np.square(np.asarray(model, np.float64))
    total = float(squares.sum())
    return float(np.sqrt(np.square(squares).sum() / total)) if total > 0.0 else 0.0


def survey_channels(
    model: Array,
    active: npt.NDArray[np.bool_],
    weights: Array,
    spacing: Sequence[float],
    direction: Sequence[float],
    penalty: float,
) -> npt.NDArray[np.float32]:
    """Channels of a model: itself in units of its amplitude, where the ground is, and what the data can tell.

    Multiplying model and data by a number leaves all as they are.

    Parameters
    ----------
    model : (upward, northing, easting) array
        Of an inversion; zero in air.
    active : array of bool
        Cells that hold rock.
    weights : array
        Squared weights of the regularizer against the decay of the field with depth.
    spacing : (float, float, float)
        Cell size in metres.
    direction : (float, float, float)
        Of the main field: unit vector (easting, northing, upward).
    penalty : float
        ``beta phi(model) / N``, N the number of data: what it takes to fit them.

    Returns
    -------
    (channels, upward, northing, easting) array
        As in :data:`CHANNELS`; depth is that below the ground in cell widths.
    """
    width = float(np.sqrt(spacing[1] * spacing[2]))
    levels = np.arange(model.shape[0])[:, None, None]
    ground = (active * (levels + 1)).max(axis=0)
    relative = np.maximum(weights / np.max(weights, where=active, initial=0.0), 1e-12)
    everywhere = (*direction, np.log(spacing[0] / width), np.log(max(penalty, 1e-12)) / 4.0)
    unit = amplitude(model)
    channels = [
        model / unit if unit > 0.0 else model,
        active,
        np.where(active, (ground - 0.5 - levels) * spacing[0] / width / 8.0, 0.0),
        np.where(active, np.log(relative) / 4.0, 0.0),
        *(np.full(model.shape, value) for value in everywhere),
    ]
    return np.stack(channels).astype(np.float32)
