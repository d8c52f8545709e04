"""Remedies in the words of the interface the user is in: options of a command, or arguments of Python."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["options_of_command", "way"]

_OPTIONS: ContextVar[frozenset[str] | None] = ContextVar("options of the running command", default=None)


@contextmanager
def options_of_command(options: Collection[str]) -> Iterator[None]:
    """Let errors raised inside name these options, and no others; without it they name arguments."""
    token = _OPTIONS.set(frozenset(options))
    try:
        yield
    finally:
        _OPTIONS.reset(token)


def way(option: str, argument: str, otherwise: str = "") -> str:
    """How the user can do something.

    Parameters
    ----------
    option : str
        Text for a command that has every option (``--name``) in it.
    argument : str
        Text for Python.
    otherwise : str, optional
        Text for a command that lacks one of the options.

    Examples
    --------
    >>> way("give --height", "give height=...")
    'give height=...'
    >>> with options_of_command(["--height", "--out"]):
    ...     way("give --height", "give height=..."), way("give --field", "give field=...", "add it to the file")
    ('give --height', 'add it to the file')
    """
    known = _OPTIONS.get()
    if known is None:
        return argument
    return option if known.issuperset(re.findall(r"--[a-z][a-z-]*", option)) else otherwise
