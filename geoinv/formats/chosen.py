"""Which of the components in a file are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geoinv.conventions.quantities import COMPONENTS, QUANTITIES, kinds_of
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.base import SurveyOptions

__all__ = ["chosen_components", "wanted_components"]


def wanted_components(options: SurveyOptions) -> tuple[str, ...]:
    """Components that are looked for: the user's choice, or the kind of those whose columns the user names, or all."""
    if options.components is not None:
        return options.components
    kinds = kinds_of(name for name in options.columns or () if name in COMPONENTS)
    return tuple(name for name in COMPONENTS if not kinds or QUANTITIES[name].kind in kinds)


def chosen_components(
    path: str | Path, there: Sequence[str], options: SurveyOptions, table: bool = False
) -> tuple[str, ...]:
    """Components that are read of those in a file: the user's choice, or all where they are of one kind.

    Parameters
    ----------
    path : str or Path
        The file, for the error.
    there : sequence of str
        What it has.
    options : SurveyOptions
        Components that the user wants are the answer whether the file has them or not.
    table : bool, optional
        Whether the user can choose columns.

    Raises
    ------
    InputError
        If components of several kinds are there and the user chooses none.

    Examples
    --------
    >>> chosen_components("a.nc", ["tmi", "gz"], SurveyOptions(components=("gz",)))
    ('gz',)
    """
    if options.components is not None:
        return options.components
    kinds = kinds_of(there)
    if len(kinds) > 1:
        examples = {kind: next(name for name in there if QUANTITIES[name].kind == kind) for kind in kinds}
        listed = " and ".join(f"{name} ({kind})" for kind, name in examples.items())
        last = examples[kinds[-1]]
        other = way(f"choose with --components {last}", f"choose with components=({last!r},)", "keep one of them there")
        choice = way(f"choose with --columns {last}=NAME", other, other) if table else other
        raise InputError(f"{path} expects data of one kind, got {listed}; {choice}")
    return tuple(there)
