"""Tables of the benchmarks: numbers as a reader wants them, and lines of Markdown that also line up on a screen."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["markdown", "number"]


def number(value: float, digits: int = 3) -> str:
    """Few significant digits: all of what stands before the point, two of what is tiny."""
    if abs(value) >= 1000.0:
        return f"{value:.0f}"
    return f"{value:.{digits}g}" if abs(value) >= 0.01 else f"{value:.2g}"


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str | float]]) -> list[str]:
    """Lines of a table; floats are shown by :func:`number`.

    Examples
    --------
    >>> markdown(["what", "s"], [["forward", 0.5]])
    ['| what    | s   |', '| ------- | --- |', '| forward | 0.5 |']
    """
    body = [[cell if isinstance(cell, str) else number(cell) for cell in row] for row in rows]
    cells = [[cell.replace("|", "\\|") for cell in row] for row in [list(columns), *body]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(columns))]
    ruled = [cells[0], ["-" * max(3, width) for width in widths], *cells[1:]]
    return [
        "| " + " | ".join(cell.ljust(max(3, width)) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in ruled
    ]
