"""What a notebook shows of an object: its name and lines, escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from geoinv.core.printable import printable

__all__ = ["html_of"]


def html_of(title: str, lines: Iterable[str]) -> str:
    """Fragment of HTML: a title and lines, whatever text files and users put into them.

    Examples
    --------
    >>> html_of("Survey", ["2 stations"])
    '<div><strong>Survey</strong><ul style="margin:0"><li>2 stations</li></ul></div>'
    """
    items = "".join(f"<li>{escape(printable(line))}</li>" for line in lines)
    return f'<div><strong>{escape(printable(title))}</strong><ul style="margin:0">{items}</ul></div>'
