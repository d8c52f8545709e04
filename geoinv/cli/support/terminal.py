"""What the command line says: plain lines of a summary, warnings, and the sentence that ends a failure."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from geoinv.cli.support.streams import give_up_output, send_nowhere
from geoinv.core.memory import bytes_text
from geoinv.core.printable import printable

if TYPE_CHECKING:
    from geoinv.formats import Notes

__all__ = ["cost", "fail", "say", "say_notes", "show", "warn"]


def show(text: str) -> None:
    """Print lines; where nobody reads them any more, what runs goes on."""
    try:
        print(printable(text))
    except OSError as error:
        give_up_output(error)


def say(label: str, text: str) -> None:
    """Print one line of a summary; further lines of the text stand below the first."""
    first, *others = text.splitlines() or [""]
    show("\n".join([f"{label:<9} {first}".rstrip(), *(f"{'':<9} {line}" for line in others)]))


def say_notes(notes: Notes) -> None:
    """Print what readers took as what, and warn of what they doubt."""
    for label, text in notes.taken:
        say(label, text)
    for sentence in notes.doubts:
        warn(sentence)


def warn(sentence: str) -> None:
    """Print what may be wrong, on standard error."""
    _on_stderr(f"warning: {sentence}")


def fail(sentence: str, code: int = 1) -> int:
    """Print why there is no result, on standard error; returns the exit code."""
    _on_stderr(sentence)
    return code


def _on_stderr(sentence: str) -> None:
    try:
        sys.stdout.flush()
    except OSError as error:
        give_up_output(error)
    try:
        print("geoinv:", " ".join(printable(sentence).splitlines()), file=sys.stderr, flush=True)
    except OSError:
        send_nowhere(sys.stderr)


def cost(began: float) -> str:
    """Seconds since `began` (of :func:`time.perf_counter`) and the most memory that this process has held."""
    import resource

    peak = float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    peak_bytes = peak if sys.platform == "darwin" else 1024.0 * peak
    return f"{time.perf_counter() - began:.1f} s, peak memory {bytes_text(peak_bytes)}"
