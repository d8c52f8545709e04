"""Numbers of a grid in a text file, however they are broken into lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.formats.text import TextLines, is_number, quoted

__all__ = ["numbers_from"]


def numbers_from(text: TextLines, start: int, count: int) -> npt.NDArray[np.float64]:
    """Numbers on all lines from one on.

    Parameters
    ----------
    text : TextLines
        The file.
    start : int
        Index of the first line with numbers.
    count : int
        How many there must be, told by the head of the file.

    Raises
    ------
    InputError
        If there are more or less, or one is no number.
    """
    parts = []
    for index in range(start, len(text.lines)):
        tokens = text.lines[index].split()
        try:
            parts.append(np.array(tokens, dtype=np.float64))
        except ValueError:
            wrong = next((token for token in tokens if not is_number(token)), text.lines[index])
            raise text.error(index, "numbers", "correct that line", quoted(wrong)) from None
    found = sum(part.size for part in parts)
    if found != count:
        last = min(start, len(text.lines) - 1)
        raise text.error(last, f"{count} values from here on", "the file may be cut short", f"{found}")
    return np.concatenate(parts) if parts else np.empty(0)
