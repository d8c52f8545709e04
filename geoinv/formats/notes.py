"""What a reader took as what, and what it doubts: said while it reads, collected by whoever prints it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from geoinv.core.checks import InputWarning

__all__ = ["Notes", "collected", "doubt", "note", "note_elevation"]


@dataclass
class Notes:
    """What readers said inside :func:`collected`.

    Parameters
    ----------
    taken : list of (label, text)
        What was taken as what, for a summary: ``("columns", "easting = UTM_E (m)")``.
    doubts : list of str
        Sentences about what the user should doubt, each with the file's name.
    """

    taken: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


_NOTES: ContextVar[Notes | None] = ContextVar("notes of the readers", default=None)


@contextmanager
def collected() -> Iterator[Notes]:
    """Collect what the readers inside the block say, in place of warnings.

    Examples
    --------
    >>> with collected() as notes:
    ...     note("columns", "easting = UTM_E (km, converted to m)")
    >>> notes.taken
    [('columns', 'easting = UTM_E (km, converted to m)')]
    """
    notes = Notes()
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


def note(label: str, text: str) -> None:
    """Say what was taken as what: a label of one word, and the text of a line of a summary."""
    notes = _NOTES.get()
    if notes is not None and (label, text) not in notes.taken:
        notes.taken.append((label, text))


def note_elevation(height: float) -> None:
    """Say that one height was taken as the elevation of all stations."""
    note("heights", f"{float(height):.10g} m taken as the elevation of all stations, positive up")


def doubt(sentence: str) -> None:
    """Say what the user should doubt; an :class:`~geoinv.core.checks.InputWarning` where nobody collects."""
    notes = _NOTES.get()
    if notes is None:
        warnings.warn(sentence, InputWarning, stacklevel=3)
    elif sentence not in notes.doubts:
        notes.doubts.append(sentence)
