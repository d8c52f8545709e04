"""A report of a solution for a client: one self-contained page, or a PDF, of figures, parameters and doubts."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from geoinv.formats.atomic import whole_file
from geoinv.view.opened import opened
from geoinv.view.page import SUFFIXES as PAGES
from geoinv.view.report_content import ReportContent, content_of_report
from geoinv.view.report_pdf import pdf_of
from geoinv.view.style import check_suffix, require_matplotlib
from geoinv.view.subject import data_set_of
from geoinv.view.template import content_hash, filled

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

__all__ = ["SUFFIXES", "page_of", "write_report"]

SUFFIXES = (*PAGES, ".pdf")

_DOTS_PER_INCH = 110


def write_report(
    source: xr.Dataset | str | Path, out: str | Path, *, section: str | None = None, part: str | None = None
) -> str:
    """Write a report of a solution, which a browser shows and prints without a network, or as PDF.

    Parameters
    ----------
    source : xarray.Dataset, str or Path
        A solution, or its file.
    out : str or Path
        Report to write, ``.html`` or ``.pdf``.
    section, part
        As :func:`geoinv.view.view` takes them.

    Returns
    -------
    str
        What was written.

    Raises
    ------
    InputError
        If it is no solution, the suffix is another, Matplotlib is not installed, or the file cannot be written.
    """
    check_suffix(out, SUFFIXES, "a report")
    require_matplotlib("report")
    named = Path(source).name if isinstance(source, (str, Path)) else ""
    with opened(source) as data:
        content = content_of_report(data_set_of(data, part), named, section)
    written = pdf_of(content) if Path(out).suffix.lower() == ".pdf" else page_of(content).encode()
    with whole_file(out) as partial:
        partial.write_bytes(written)
    return f"Wrote {out}, {len(written) / 1e6:.2g} MB."


def page_of(content: ReportContent) -> str:
    """Text of the page of a report."""
    doubts = "".join(f"<li>{html.escape(doubt)}</li>" for doubt in content.doubts)
    parts = [
        f"<p>{html.escape(content.lead)}</p>",
        _table(content.facts),
        _figure(*content.model),
        "<h2>Fit</h2>",
        *(_figure(*figure) for figure in content.fit),
        *("<h2>What to doubt</h2>", f"<ul>{doubts}</ul>"),
        *("<h2>What was assumed</h2>", _table(content.assumed)),
        *("<h2>Where it comes from</h2>", _table(content.origin)),
    ]
    folder = files("geoinv.view") / "web"
    style = (folder / "report.css").read_text("utf-8")
    title = html.escape(content.title)
    places = (
        ("%STYLE_HASH%", content_hash(style)),
        ("%TITLE%", title),
        ("%STYLE%", style),
        ("%TITLE%", title),
        ("%BODY%", "\n".join(parts)),
    )
    return filled((folder / "report.html").read_text("utf-8"), places)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    lines = (f"<tr><th>{html.escape(name)}</th><td>{html.escape(text)}</td></tr>" for name, text in rows)
    return f"<table>{''.join(lines)}</table>"


def _figure(drawn: Figure, caption: str) -> str:
    """Figure as a picture in the page."""
    picture = io.BytesIO()
    drawn.savefig(picture, format="png", dpi=_DOTS_PER_INCH)
    coded = base64.b64encode(picture.getvalue()).decode()
    told = html.escape(caption)
    return f'<figure><img alt="{told}" src="data:image/png;base64,{coded}"><figcaption>{told}</figcaption></figure>'
