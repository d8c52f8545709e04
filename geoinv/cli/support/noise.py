"""How the noise of the data is said on the command line: ``2% + 5``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import typer

from geoinv.cli.support.plausible import refuse_other_units, units_of
from geoinv.cli.support.terminal import say
from geoinv.core.checks import InputError, location
from geoinv.core.wording import way

if TYPE_CHECKING:
    from geoinv.surveys.survey import Survey

__all__ = ["Noise", "noise_of", "noise_text", "noisy_data", "say_noise"]

Array = npt.NDArray[np.float64]

_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_TERM = rf"\s*{_NUMBER}\s*(%|nT/m|nT|mGal|Eotvos)?\s*"
_TEXT = re.compile(rf"{_TERM}(?:\+{_TERM})?")


@dataclass(frozen=True)
class Noise:
    """Standard deviation of a datum d: ``share |d| + floor``.

    Parameters
    ----------
    share : float
        Of the datum, dimensionless.
    floor : float
        In the unit of the data.
    unit : str
        Unit of the floor, where the text states it.

    Raises
    ------
    InputError
        If one is negative or not finite, or both are zero.
    """

    share: float
    floor: float
    unit: str = ""

    def __post_init__(self) -> None:
        """Check that the standard deviations can be above zero."""
        if not (self.share >= 0.0 and self.floor >= 0.0 and 0.0 < self.share + self.floor < np.inf):
            raise InputError(
                f"--noise expects a standard deviation above zero, got {100.0 * self.share:g} % + {self.floor:g}; "
                'give for example "2% + 5"'
            )

    @classmethod
    def parse(cls, text: str) -> Noise:
        """Noise from text: ``5``, ``5 nT``, ``0.1 mGal``, ``2%`` or ``2% + 5``, in any order.

        Raises
        ------
        ValueError
            If the text says something else.
        InputError
            If the numbers cannot be standard deviations.

        Examples
        --------
        >>> Noise.parse("2% + 5 nT")
        Noise(share=0.02, floor=5.0, unit='nT')
        """
        found = _TEXT.fullmatch(text)
        if found is None or (found[3] and (found[2] == "%") == (found[4] == "%")):
            raise ValueError(
                '--noise expects a value in the unit of the data, percent of the datum or their sum, such as "2% + 5", '
                f"got {text!r}"
            )
        terms = {"%": 0.0, "": 0.0}
        for number, unit in ((found[1], found[2]), (found[3], found[4])):
            terms["%" if unit == "%" else ""] += float(number or 0.0)
        stated = next((unit for unit in (found[2], found[4]) if unit not in (None, "%")), "")
        return cls(terms["%"] / 100.0, terms[""], stated)

    def uncertainty(self, data: npt.NDArray[np.float64], units: str) -> npt.NDArray[np.float64]:
        """Return the standard deviation of each datum.

        Parameters
        ----------
        data : (components, stations) array
            Data.
        units : str
            Unit of all of them: "nT".

        Raises
        ------
        InputError
            If a datum is zero and there is no floor, or the floor is in another unit, or in one for data in several.
        """
        if self.unit and self.unit != units:
            raise InputError(f"--noise expects a value in {units}, the unit of the data, got {self.unit}; convert it")
        deviation = self.share * np.abs(data) + self.floor
        zeros = np.argwhere(deviation == 0.0)
        if len(zeros):
            raise InputError(
                f"--noise expects a standard deviation above zero for every datum, got {100.0 * self.share:g} % of a "
                f"datum of 0 at {location(zeros[0].tolist())} (component, station; {len(zeros)} of {data.size} data); "
                f'add a floor, as in "{100.0 * self.share:g}% + 1"'
            )
        return np.asarray(deviation)

    def text(self, units: str) -> str:
        """The formula, for the summary."""
        parts = [f"{100.0 * self.share:g} % of the datum"] if self.share else []
        return " + ".join(parts + ([f"{self.floor:g} {units}"] if self.floor else []))


def noise_of(text: str | None) -> Noise | None:
    """Noise that ``--noise`` names, if it is given.

    Raises
    ------
    InputError
        If its numbers cannot be standard deviations.
    typer.BadParameter
        If the text says something else.
    """
    try:
        return None if text is None else Noise.parse(text)
    except InputError:
        raise
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def noise_text(noise: Noise | None, survey: Survey) -> str:
    """Where the standard deviations of a survey come from, for the summary."""
    return "as in the file" if noise is None else noise.text(units_of(survey))


def noisy_data(file: Path, survey: Survey, noise: Noise | None) -> tuple[Array, Array]:
    """Data, and their standard deviations from the option or else from the file, with a line about these.

    Raises
    ------
    InputError
        If there are no data, or no standard deviations that such data can have.
    """
    if survey.data is None:
        named = way(", or name them with --columns", "")
        raise InputError(f"{file} expects data to invert, got stations only; add the data{named}")
    uncertainty = survey.uncertainty if noise is None else noise.uncertainty(survey.data, units_of(survey))
    if uncertainty is None:
        raise InputError(
            f'{file} expects standard deviations of its data, got none; say how noisy they are, as in --noise "2% + 5"'
        )
    say_noise(file, survey, uncertainty, noise)
    return survey.data, uncertainty


def say_noise(file: Path, survey: Survey, uncertainty: Array, noise: Noise | None) -> None:
    """Print the standard deviations of a survey, and where they come from.

    Raises
    ------
    InputError
        If its data cannot have them.
    """
    refuse_other_units(file, survey, uncertainty)
    low, high = f"{uncertainty.min():.4g}", f"{uncertainty.max():.4g}"
    span = f"standard deviation {low}" if low == high else f"standard deviations {low} to {high}"
    say("noise", f"{noise_text(noise, survey)}: {span} {units_of(survey)}")
