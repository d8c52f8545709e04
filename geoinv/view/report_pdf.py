"""A report as PDF: pages of text, and its figures as lines and letters."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from geoinv.view.style import STYLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from geoinv.view.report_content import ReportContent

__all__ = ["pdf_of"]

_PAGE = 8.27, 11.69  # inches of A4
_TOP, _BOTTOM, _LEFT, _BESIDE = 0.94, 0.06, 0.09, 0.33  # of a page; the last is where the text of a row begins
_LINE = 0.0155  # of a page from line to line
_WHOLE, _NARROW = 92, 62  # characters across the page, and beside the name of a row
_SIZE = 9.0

_Line = tuple[float, str, bool]
"""Where a line begins, its text, and whether it is bold."""


def pdf_of(content: ReportContent) -> bytes:
    """Bytes of the PDF of a report."""
    import matplotlib
    from matplotlib.backends.backend_pdf import PdfPages

    written = io.BytesIO()
    about = {"Title": content.title, "Creator": "geoinv", "CreationDate": None}
    with matplotlib.rc_context(STYLE), PdfPages(written, metadata=about) as pages:
        for sheet in _text_pages([[*_heading(content.title), *_sentences([content.lead]), *_rows(content.facts)]]):
            pages.savefig(sheet)
        for figure, _ in (content.model, *content.fit):
            pages.savefig(figure)
        doubts = [*_heading("What to doubt"), *_sentences(content.doubts)]
        assumed = [*_heading("What was assumed"), *_rows(content.assumed)]
        origin = [*_heading("Where it comes from"), *_rows(content.origin)]
        for sheet in _text_pages([doubts, assumed, origin]):
            pages.savefig(sheet)
    return written.getvalue()


def _heading(text: str) -> list[list[_Line]]:
    return [[(_LEFT, line, True)] for line in textwrap.wrap(text, _WHOLE)]


def _sentences(sentences: list[str]) -> Iterator[list[_Line]]:
    for sentence in sentences:
        yield from ([(_LEFT, line, False)] for line in textwrap.wrap(sentence, _WHOLE))
        yield []


def _rows(rows: list[tuple[str, str]]) -> Iterator[list[_Line]]:
    """Lines of a table, the name of each row beside the first."""
    for name, text in rows:
        lines = [part for line in text.splitlines() or [""] for part in textwrap.wrap(line, _NARROW) or [""]]
        yield [(_LEFT, textwrap.shorten(name, 28, placeholder="..."), True), (_BESIDE, lines[0], False)]
        yield from ([(_BESIDE, line, False)] for line in lines[1:])


def _text_pages(blocks: list[list[list[_Line]]]) -> Iterator[Figure]:
    """Pages of lines, an empty one between blocks."""
    from matplotlib.figure import Figure

    lines = [line for block in blocks for line in (*block, [])]
    each = int((_TOP - _BOTTOM) / _LINE)
    for start in range(0, len(lines), each):
        sheet = Figure(figsize=_PAGE)
        for place, line in enumerate(lines[start : start + each]):
            for x, text, bold in line:
                weight = "bold" if bold else "normal"
                sheet.text(x, _TOP - place * _LINE, text, fontsize=_SIZE, fontweight=weight, va="top")
        yield sheet
