"""Numbers that no survey and no rock has: what options and files may say."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import typer

from geoinv.core.checks import InputError
from geoinv.surveys.quantities import COMPONENTS
from geoinv.surveys.susceptibility import LOWEST, refuse_below_vacuum

if TYPE_CHECKING:
    from geoinv.surveys.survey import Survey

__all__ = [
    "base_level_of",
    "components_of",
    "reference_of",
    "refuse_impossible_bounds",
    "refuse_impossible_rtol",
    "refuse_impossible_susceptibility",
    "refuse_other_units",
]

SMALLEST_ANOMALY = 1e-3
"""nT: what no magnetometer resolves; data that stay below are in another unit."""

LARGEST_ANOMALY = 1e7
"""nT: two hundred times the Earth's field; data beyond are in another unit, or stand for missing ones."""

LOWEST, HIGHEST_SUSCEPTIBILITY = LOWEST, 1e6
"""SI: that of a superconductor, and above that of any alloy."""

SMALLEST_NOISE = 1e-12
"""Standard deviation relative to the largest datum, below which float64 cannot tell a fit from a misfit."""

LARGEST_BASE_LEVEL = 2e5
"""nT: the strongest main field."""


def base_level_of(text: str) -> float | str:
    """Base level that ``--base-level`` names: none, fit, or nT.

    Raises
    ------
    typer.BadParameter
        If the text is none of them, or no number that a survey has.
    """
    if text in ("none", "fit"):
        return text
    try:
        level = float(text)
    except ValueError:
        level = math.nan
    if not abs(level) <= LARGEST_BASE_LEVEL:
        raise typer.BadParameter(
            f"--base-level expects none, fit or a value in nT, within {LARGEST_BASE_LEVEL:g}, got {text!r}"
        )
    return level


def reference_of(text: str) -> float | Path:
    """Reference model that ``--reference`` names: a susceptibility, or a file.

    Raises
    ------
    InputError
        If no matter has that susceptibility.
    typer.BadParameter
        If the text cannot be the name of a file.
    """
    try:
        value = float(text)
    except ValueError:
        if not text.strip() or "\0" in text:
            raise typer.BadParameter(f"--reference expects a number or the name of a file, got {text!r}") from None
        return Path(text)
    if not math.isfinite(value):
        raise InputError(f"--reference expects a finite susceptibility, got {value:g}; give a number in SI")
    refuse_impossible_susceptibility("--reference", np.array([value]), "give it in SI")
    return value


def components_of(text: str | None) -> tuple[str, ...] | None:
    """Components that ``--components`` names, if it is given.

    Raises
    ------
    InputError
        If one is unknown or named twice, or there is none.
    """
    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(","))
    if len(set(names)) < len(names) or not set(names) <= set(COMPONENTS):
        raise InputError(
            f"--components expects names among {' '.join(COMPONENTS)}, each once, got {text!r}; "
            "separate them by commas, as in tmi,bu"
        )
    return names


def refuse_impossible_rtol(rtol: float | None) -> None:
    """Refuse a tolerance that is no share of the data.

    Raises
    ------
    InputError
        If it is not above zero and below one.
    """
    if rtol is not None and not 0.0 < rtol < 1.0:
        raise InputError(f"--rtol expects a relative error above 0 and below 1, got {rtol:g}; give such as 1e-6")


def refuse_impossible_bounds(low: float, high: float) -> None:
    """Refuse bounds that leave no susceptibility between them.

    Raises
    ------
    InputError
        If they are crossed, equal or NaN, or no matter has such a susceptibility; infinite ones are none.
    """
    if not low < high:
        remedy = "swap them" if low > high else "leave room between them"
        raise InputError(f"--bounds expects LOW below HIGH, got {low:g} and {high:g}; {remedy}")
    for name, value in (("LOW", low), ("HIGH", high)):
        if not LOWEST <= value <= HIGHEST_SUSCEPTIBILITY and not math.isinf(value):
            raise InputError(
                f"--bounds expects {name} as a susceptibility in SI between {LOWEST:g} and "
                f"{HIGHEST_SUSCEPTIBILITY:g}, got {value:g}; give {'-inf' if name == 'LOW' else 'inf'} for none"
            )
    if (math.isinf(low) and low > 0.0) or (math.isinf(high) and high < 0.0):
        raise InputError(f"--bounds expects room for a model, got {low:g} and {high:g}; give a finite LOW and HIGH")


def refuse_impossible_susceptibility(name: str, values: npt.NDArray[np.float64], remedy: str = "") -> None:
    """Refuse susceptibilities that no matter has: null values, other units, another quantity."""
    refuse_below_vacuum(name, values, remedy)
    odd = values > HIGHEST_SUSCEPTIBILITY
    if odd.any():
        raise InputError(
            f"{name} expects susceptibilities (SI) of at most {HIGHEST_SUSCEPTIBILITY:g}, got {values[odd][0]:.6g} "
            f"({int(odd.sum())} of {values.size} values); "
            f"{remedy or 'mark cells without a value as inactive (-100 in UBC files, NaN in netCDF)'}"
        )


def refuse_other_units(path: Path, survey: Survey, uncertainty: npt.NDArray[np.float64]) -> None:
    """Refuse data that are too small to be nT, or all within their noise."""
    assert survey.data is not None, "a survey to invert has data"
    largest = float(np.abs(survey.data).max())
    remedy = "convert them if they are in another unit (1 T = 1e9 nT, 1 uT = 1000 nT)"
    if 0.0 < largest < SMALLEST_ANOMALY:
        raise InputError(f"{path} expects data in nT, got none beyond {largest:.3g}; {remedy}")
    if largest > LARGEST_ANOMALY:
        raise InputError(
            f"{path} expects data in nT, got {_worst(survey.data, LARGEST_ANOMALY)}; remove those stations, or {remedy}"
        )
    smallest = float(uncertainty.min())
    if smallest < SMALLEST_NOISE * largest:
        raise InputError(
            f"{path} expects standard deviations that a fit can reach, got {smallest:.3g} nT beside data of "
            f"{largest:.3g} nT; say how noisy the data are with --noise"
        )
    if np.all(np.abs(survey.data) < uncertainty):
        raise InputError(
            f"{path} expects data above their noise, got none beyond {largest:.3g} nT with standard deviations of "
            f"{uncertainty.min():.3g} nT and more; {remedy}, or lower --noise"
        )


def _worst(data: npt.NDArray[np.float64], limit: float) -> str:
    """Largest datum, its station, and how many are beyond the limit."""
    beyond = np.abs(data) > limit
    _, station = np.unravel_index(int(np.argmax(np.abs(data))), data.shape)
    value = float(data.ravel()[np.argmax(np.abs(data))])
    return f"{value:.6g} at station {int(station)} (counted from 0; {int(beyond.sum())} of {beyond.size} data)"
