"""Numbers that no survey and no rock has: what options and files may say."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import typer

from geoinv.conventions.quantities import COMPONENTS, QUANTITIES, Quantity, kinds_of, units_among
from geoinv.core.checks import InputError
from geoinv.surveys.possible_values import refuse_impossible
from geoinv.surveys.susceptibility import refuse_below_vacuum

if TYPE_CHECKING:
    from geoinv.surveys.survey import Survey

__all__ = [
    "base_level_of",
    "components_listed",
    "components_of",
    "reference_of",
    "refuse_crossed_bounds",
    "refuse_impossible_bounds",
    "refuse_impossible_model",
    "refuse_impossible_rtol",
    "refuse_other_units",
    "refuse_outside_bounds",
    "units_of",
    "usual_bounds",
]

SMALLEST_NOISE = 1e-12
"""Standard deviation relative to the largest datum, below which float64 cannot tell a fit from a misfit."""

_CONVERSIONS = {"nT": " (1 T = 1e9 nT, 1 uT = 1000 nT)", "mGal": " (1 m/s2 = 1e5 mGal, 1 uGal = 0.001 mGal)"}

LARGEST_BASE_LEVEL = 2e5
"""nT: the strongest main field; mGal: a fifth of the attraction of the Earth."""


def base_level_of(text: str) -> float | str:
    """Base level that ``--base-level`` names: none, fit, or a value in the unit of the data.

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
            "--base-level expects none, fit or a value in the unit of the data, within "
            f"{LARGEST_BASE_LEVEL:g}, got {text!r}"
        )
    return level


def reference_of(text: str, option: str = "--reference") -> float | Path:
    """Model that an option names: a number, or a file.

    Raises
    ------
    InputError
        If the number is not finite.
    typer.BadParameter
        If the text cannot be the name of a file.
    """
    try:
        value = float(text)
    except ValueError:
        if not text.strip() or "\0" in text:
            raise typer.BadParameter(f"{option} expects a number or the name of a file, got {text!r}") from None
        return Path(text)
    if not math.isfinite(value):
        raise InputError(f"{option} expects a finite number, got {value:g}; give one in the unit of the model")
    return value


def components_listed() -> str:
    """Components that there are, with their units, for a help text.

    Examples
    --------
    >>> components_listed()
    'tmi be bn bu b_amplitude tmi_exact (nT), bee ben beu bnn bnu buu (nT/m),
     gz ge gn gu (mGal), gee gen geu gnn gnu guu (Eotvos)'
    """
    by_unit: dict[str, list[str]] = {}
    for name in COMPONENTS:
        by_unit.setdefault(QUANTITIES[name].unit, []).append(name)
    return ", ".join(f"{' '.join(names)} ({unit})" for unit, names in by_unit.items())


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
    if len(kinds_of(names)) > 1:
        raise InputError(f"--components expects components of one kind, got {text!r}; compute each kind by itself")
    return names


def refuse_impossible_rtol(rtol: float | None) -> None:
    """Reject a tolerance that is no share of the data.

    Raises
    ------
    InputError
        If it is not above zero and below one.
    """
    if rtol is not None and not 0.0 < rtol < 1.0:
        raise InputError(f"--rtol expects a relative error above 0 and below 1, got {rtol:g}; give such as 1e-6")


def usual_bounds(quantity: Quantity) -> tuple[float, float]:
    """Bounds of a model where ``--bounds`` gives none: rock is rarely diamagnetic."""
    return (0.0, math.inf) if quantity.name == "susceptibility" else (-math.inf, math.inf)


def refuse_crossed_bounds(low: float, high: float) -> None:
    """Reject bounds that leave nothing between them.

    Raises
    ------
    InputError
        If they are crossed, equal or NaN, or leave only infinite values.
    """
    if not low < high:
        remedy = "swap them" if low > high else "leave room between them"
        raise InputError(f"--bounds expects LOW below HIGH, got {low:g} and {high:g}; {remedy}")
    if (math.isinf(low) and low > 0.0) or (math.isinf(high) and high < 0.0):
        raise InputError(f"--bounds expects room for a model, got {low:g} and {high:g}; give a finite LOW and HIGH")


def refuse_impossible_bounds(low: float, high: float, quantity: Quantity) -> None:
    """Reject bounds that no matter has; infinite ones are none.

    Raises
    ------
    InputError
        If one is below the lowest or above the highest value of the quantity.
    """
    for name, value in (("LOW", low), ("HIGH", high)):
        if not quantity.lowest <= value <= quantity.highest and not math.isinf(value):
            raise InputError(
                f"--bounds expects {name} as a {quantity.name} in {quantity.unit} between {quantity.lowest:g} and "
                f"{quantity.highest:g}, got {value:g}; give {'-inf' if name == 'LOW' else 'inf'} for none"
            )


def refuse_outside_bounds(name: str, values: npt.NDArray[np.float64], low: float, high: float) -> None:
    """Reject a model, where the search starts, that lies outside the bounds in some cell.

    Raises
    ------
    InputError
        If it does, with the first such value.
    """
    rounding = float(np.finfo(np.float32).eps) * float(np.abs(values).max(initial=0.0))
    wrong = values[(values < low - rounding) | (values > high + rounding)]
    if wrong.size:
        raise InputError(
            f"{name} expects a model within the bounds {low:g} and {high:g}, since the search starts from it, got "
            f"{wrong[0]:.6g} ({wrong.size} of {values.size} values); give another, or widen --bounds"
        )


def refuse_impossible_model(name: str, values: npt.NDArray[np.float64], quantity: Quantity, remedy: str = "") -> None:
    """Reject values that no matter has: null values, other units, another quantity."""
    if quantity.name != "susceptibility":
        refuse_impossible(name, values, quantity.name)
        return
    refuse_below_vacuum(name, values, remedy)
    odd = values > quantity.highest
    if odd.any():
        raise InputError(
            f"{name} expects susceptibilities (SI) of at most {quantity.highest:g}, got {values[odd][0]:.6g} "
            f"({int(odd.sum())} of {values.size} values); "
            f"{remedy or 'mark cells without a value as inactive (-100 in UBC files, NaN in netCDF)'}"
        )


def units_of(survey: Survey) -> str:
    """Units of the components of a survey, each once: "nT", or "nT, nT/m"."""
    return ", ".join(units_among(survey.components))


def refuse_other_units(path: Path, survey: Survey, uncertainty: npt.NDArray[np.float64]) -> None:
    """Reject data that are too small or too large for the units of their components, or all within their noise."""
    assert survey.data is not None, "a survey to invert has data"
    for name, data, deviations in zip(survey.components, survey.data, uncertainty, strict=True):
        quantity = QUANTITIES[name]
        unit, largest, smallest = quantity.unit, float(np.abs(data).max()), float(deviations.min())
        remedy = f"convert them if they are in another unit{_CONVERSIONS.get(unit, '')}"
        if 0.0 < largest < quantity.faintest:
            raise InputError(f"{path} expects data in {unit}, got none beyond {largest:.3g}; {remedy}")
        if largest > quantity.strongest:
            worst = _worst(data, quantity.strongest)
            raise InputError(f"{path} expects data in {unit}, got {worst}; remove those stations, or {remedy}")
        if smallest < SMALLEST_NOISE * largest:
            raise InputError(
                f"{path} expects standard deviations that a fit can reach, got {smallest:.3g} {unit} beside data of "
                f"{largest:.3g} {unit}; say how noisy the data are with --noise"
            )
    if np.all(np.abs(survey.data) < uncertainty):
        raise InputError(
            f"{path} expects data above their noise, got none beyond {largest:.3g} {unit} with standard deviations of "
            f"{smallest:.3g} {unit} and more; {remedy}, or lower --noise"
        )


def _worst(data: npt.NDArray[np.float64], limit: float) -> str:
    """Largest datum, its station, and how many are beyond the limit."""
    beyond = np.abs(data) > limit
    station = int(np.argmax(np.abs(data)))
    return f"{data[station]:.6g} at station {station} (counted from 0; {int(beyond.sum())} of {beyond.size} data)"
