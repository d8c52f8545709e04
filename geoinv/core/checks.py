"""The wording of every error: what was expected, what came, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy as np
import numpy.typing as npt

__all__ = [
    "LARGEST",
    "AccuracyWarning",
    "InputError",
    "InputWarning",
    "MachineWarning",
    "array_of",
    "choice",
    "finite",
    "is_whole",
    "location",
    "positive",
    "refuse_masked",
    "shape_text",
    "whole_number",
]

LARGEST = 2**63 - 1
"""Largest whole number that files and sources of random numbers take."""


class InputError(ValueError):
    """An input that cannot be used, said in one sentence with the remedy."""


class InputWarning(UserWarning):
    """An input that was used, and that the user should doubt."""


class AccuracyWarning(UserWarning):
    """A result that is further from what was asked for than the tolerance."""


class MachineWarning(UserWarning):
    """Something about this machine, not about the input, that a user may want to mend."""


def shape_text(shape: Sequence[int], names: Sequence[str] = ()) -> str:
    """Shape as a reader wants it: ``(10, 40, 40) (upward, northing, easting)``."""
    text = str(tuple(int(n) for n in shape))
    return f"{text} ({', '.join(names)})" if names else text


def location(index: Sequence[SupportsIndex] | SupportsIndex) -> str:
    """Array index as text, with plain integers."""
    if not isinstance(index, Sequence):
        return f"[{int(index)}]"
    return "[" + ", ".join(str(int(i)) for i in index) + "]"


def refuse_masked(owner: str, name: str, values: Any) -> None:
    """Reject arrays of which some places are masked: what lies under a mask is no number of anyone's.

    Raises
    ------
    InputError
        If any place is masked, also in an array of a list of arrays.
    """
    if isinstance(values, np.ma.MaskedArray):
        masked = int(np.count_nonzero(np.ma.getmaskarray(values)))
        if masked:
            raise InputError(
                f"{owner} expects {name} without masked values, got {masked} of {values.size} masked; leave these out "
                "(values.compressed(), and the same places of what belongs to them), or put numbers there "
                "(values.filled(...))"
            )
    elif isinstance(values, (list, tuple)):
        for part in values:
            if part is np.ma.masked or isinstance(part, (list, tuple, np.ma.MaskedArray)):
                refuse_masked(owner, name, part)


def array_of(
    owner: str,
    name: str,
    values: Any,
    *,
    shape: Sequence[int] | None = None,
    names: Sequence[str] = (),
    remedy: str = "",
) -> npt.NDArray[np.float64]:
    """Float64 array of `values`, or an error that names the argument.

    Parameters
    ----------
    owner, name : str
        Who asks, and for which argument; both stand in the error.
    values : array_like
        Numbers.
    shape : sequence of int, optional
        The only shape accepted.
    names : sequence of str, optional
        Names of the dimensions of `shape`, for the error.
    remedy : str, optional
        What the caller should do, appended to a shape error.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    InputError
        If the values are not real numbers, some are masked, or they have another shape.
    """
    refuse_masked(owner, name, values)
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(
            f"{owner} expects {name} to be an array of numbers, got rows of different lengths; give rows of one length"
        ) from None
    if array.dtype == object or array.dtype.kind not in "fiub":
        kind = "complex numbers" if array.dtype.kind == "c" else f"values of type {array.dtype}"
        raise InputError(f"{owner} expects {name} to be real numbers, got {kind}; convert them to float64")
    if shape is not None and array.shape != tuple(shape):
        tail = f"; {remedy}" if remedy else ""
        raise InputError(
            f"{owner} expects {name} of shape {shape_text(shape, names)}, got {shape_text(array.shape)}{tail}"
        )
    return np.asarray(array, dtype=np.float64)


def finite(owner: str, name: str, values: npt.NDArray[Any], remedy: str) -> None:
    """Reject NaN and infinity, naming the first place and how many there are.

    Raises
    ------
    InputError
        If any value is not finite.
    """
    bad = ~np.isfinite(values)
    if bad.any():
        raise InputError(f"{owner} expects finite {name}, got {_offender(values, bad)}; {remedy}")


def bounded(owner: str, name: str, values: npt.NDArray[Any], limit: float, remedy: str) -> None:
    """Reject magnitudes beyond a limit, and what is not finite.

    Raises
    ------
    InputError
        If any value is not finite or lies beyond the limit.
    """
    finite(owner, name, values, remedy)
    bad = np.abs(values) > limit
    if bad.any():
        raise InputError(f"{owner} expects {name} within {limit:g} of 0, got {_offender(values, bad)}; {remedy}")


def positive(owner: str, name: str, values: npt.NDArray[Any], remedy: str) -> None:
    """Reject zero, negative and non-finite values.

    Raises
    ------
    InputError
        If any value is not finite and above zero.
    """
    finite(owner, name, values, remedy)
    bad = np.asarray(values) <= 0
    if bad.any():
        raise InputError(f"{owner} expects positive {name}, got {_offender(values, bad)}; {remedy}")


def _offender(values: npt.NDArray[Any], bad: npt.NDArray[np.bool_]) -> str:
    """First bad value, where it stands, and how many there are."""
    if not bad.ndim:
        return str(values[()])
    first = np.unravel_index(int(np.argmax(bad)), bad.shape)
    return f"{values[first]} at {location(first)} ({int(bad.sum())} of {bad.size} values)"


def choice(owner: str, name: str, value: Any, allowed: Sequence[str]) -> None:
    """Reject a name that is not on the list.

    Raises
    ------
    InputError
        If `value` is not one of `allowed`.
    """
    if value not in allowed:
        raise InputError(f"{owner} expects {name} to be one of {', '.join(allowed)}; got {value!r}")


def is_whole(value: object, least: int = 0, most: int = LARGEST) -> bool:
    """Whether a value is a whole number within limits; true and false are none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and least <= int(value) <= most


def whole_number(owner: str, name: str, value: Any, least: int = 0, remedy: str = "") -> int:
    """Plain integer of a count, an index or a seed.

    Raises
    ------
    InputError
        If `value` is no whole number from `least` to 2^63 - 1.

    Examples
    --------
    >>> whole_number("sample", "n", np.int32(3), least=1)
    3
    >>> whole_number("sample", "n", 0, least=1)
    Traceback (most recent call last):
        ...
    geoinv.core.checks.InputError: sample expects n to be a whole number from 1 to 2^63 - 1, got 0
    """
    if not is_whole(value, least):
        large = isinstance(value, int) and abs(value) > LARGEST
        got = f"a number of {value.bit_length()} bits" if large else repr(value)
        tail = f"; {remedy}" if remedy else ""
        raise InputError(f"{owner} expects {name} to be a whole number from {least} to 2^63 - 1, got {got}{tail}")
    return int(value)
