"""Options of a command with several surveys: one for each survey, or one for each property."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from geoinv.core.checks import InputError

__all__ = ["by_property", "one_each"]


def one_each(option: str, given: Sequence[str] | None, usual: str, files: Sequence[Path]) -> list[str]:
    """Values of an option that is given once for each survey; the usual one where it is left out.

    Raises
    ------
    InputError
        If it is given another number of times.

    Examples
    --------
    >>> one_each("--noise", ["2% + 5", "0.1"], "file", [Path("a.mag"), Path("b.grv")])
    ['2% + 5', '0.1']
    >>> one_each("--noise", None, "file", [Path("a.mag"), Path("b.grv")])
    ['file', 'file']
    """
    if not given:
        return [usual] * len(files)
    if len(given) != len(files):
        raise InputError(
            f"{option} expects to be given once for each of the {len(files)} surveys, in their order, got "
            f"{len(given)}; give {usual!r} for a survey without one"
        )
    return list(given)


def by_property(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """Values of an option that names a property each time.

    Raises
    ------
    typer.BadParameter
        If a text is not ``property=value``, or a property is named twice.

    Examples
    --------
    >>> by_property("--bounds", ["density=-600:300"])
    {'density': '-600:300'}
    """
    found: dict[str, str] = {}
    for text in given or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value) or name in found:
            raise typer.BadParameter(
                f"{option} expects PROPERTY=VALUE, each property once, such as density=..., got {text!r}"
            )
        found[name] = value
    return found
