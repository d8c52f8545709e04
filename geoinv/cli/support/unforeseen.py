"""Errors that nobody foresaw: one sentence for the user, and a log for whoever mends it."""

from __future__ import annotations

import os
import platform
import shlex
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from geoinv.core.printable import printable
from geoinv.core.version import __version__

__all__ = ["sentence_of"]

_LONGEST = 200
"""Characters of an error's own words that the sentence quotes."""

_DEEPEST = 100
"""Calls of the traceback that the log keeps at either end."""


def sentence_of(error: BaseException, given: Sequence[str]) -> str:
    """Write what happened to a log, and return the sentence that names it.

    Parameters
    ----------
    error : BaseException
        As it was caught.
    given : sequence of str
        Arguments of the command line.

    Returns
    -------
    str
        What happened, where the log is, and what to do.
    """
    words = " ".join(printable(_words(error)).split())
    told = f"{type(error).__name__}{': ' if words else ''}{words[:_LONGEST]}{'...' if len(words) > _LONGEST else ''}"
    try:
        log = f"the details are in {_written(_report(error, given))}, which a bug report should hold"
    except (OSError, ValueError):
        log = "its details could not be written anywhere"
    return f"this stopped at an error that geoinv did not foresee ({told}); {log}; no file was left half-written"


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an error whose own text fails is told by its name
        return ""


def _report(error: BaseException, given: Sequence[str]) -> str:
    lines = traceback.format_exception(type(error), error, error.__traceback__, limit=None)
    calls = "".join(lines).splitlines()
    if len(calls) > 4 * _DEEPEST:
        calls = [*calls[: 2 * _DEEPEST], "...", *calls[-2 * _DEEPEST :]]
    about = [
        f"geoinv {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"command: {shlex.join(['geoinv', *given])}",
        f"folder: {os.environ.get('PWD', '')}",
    ]
    return "\n".join([*about, "", *calls, ""])


def _written(report: str) -> Path:
    """Log in the user's folder of states, or in the folder of temporary files.

    Raises
    ------
    OSError
        If neither can be written to.
    """
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    own = os.path.join(state, "geoinv")
    with suppress(OSError):
        os.makedirs(own, exist_ok=True)
        return _log_in(own, report)
    return _log_in(tempfile.gettempdir(), report)


def _log_in(folder: str, report: str) -> Path:
    descriptor, path = tempfile.mkstemp(prefix="geoinv-", suffix=".log", dir=folder)
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(report)
    return Path(path)
