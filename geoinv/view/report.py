"""A report of a solution for a client: one self-contained page of figures, parameters, provenance and doubts."""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.view.caption import crs_named
from geoinv.view.doubts import doubts_of
from geoinv.view.fit_figures import residual_figure, run_figure
from geoinv.view.opened import opened
from geoinv.view.page import SUFFIXES, content_hash
from geoinv.view.picture import figure
from geoinv.view.style import check_suffix, require_matplotlib
from geoinv.view.subject import Subject, data_set_of, subject_of
from geoinv.view.wording import plain_text, spaced

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

__all__ = ["report_text", "write_report"]

_LONGEST = 4000  # characters of an attribute
_DOTS_PER_INCH = 110
_ORIGIN = (
    ("history", "command"),
    ("inputs", "input files, SHA-256"),
    ("data_sha256", "SHA-256 of the data"),
    ("source", "versions"),
    ("created", "made"),
    ("job", "job file"),
)


def write_report(
    source: xr.Dataset | str | Path, out: str | Path, *, section: str | None = None, part: str | None = None
) -> str:
    """Write a report of a solution, which a browser shows and prints without a network.

    Parameters
    ----------
    source : xarray.Dataset, str or Path
        A solution, or its file.
    out : str or Path
        Page to write, ``.html``.
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
    check_suffix(out, SUFFIXES, "a page")
    require_matplotlib("report")
    named = Path(source).name if isinstance(source, (str, Path)) else ""
    with opened(source) as data:
        text = report_text(data_set_of(data, part), named, section).encode()
    with whole_file(out) as partial:
        partial.write_bytes(text)
    return f"Wrote {out}, {len(text) / 1e6:.2g} MB."


def report_text(solution: xr.Dataset, named: str = "", section: str | None = None) -> str:
    """Text of a report.

    Raises
    ------
    InputError
        If the Dataset holds no model with the data that it was recovered from.
    """
    subject = subject_of(solution)
    fits = [channel for channel in subject.channels if channel.predicted is not None]
    if subject.model is None or not fits:
        raise InputError("report expects a solution (a model, and observed and predicted data), got another file")
    parts = [
        f"<p>{html.escape(subject.title)}</p>",
        _table(_facts(solution, subject, named)),
        _figure(figure(solution, section=section), "Data, fit, and the model where its body is."),
        "<h2>Fit</h2>",
    ]
    if all(channel.uncertainty is not None for channel in fits):
        parts.append(_figure(residual_figure(solution, subject), "Residuals over their standard deviations."))
    if "history_beta" in solution.variables:
        parts.append(_figure(run_figure(solution, subject), "The course of the inversion."))
    doubts = "".join(f"<li>{html.escape(doubt)}</li>" for doubt in doubts_of(solution, subject))
    parts += ["<h2>What to doubt</h2>", f"<ul>{doubts}</ul>"]
    parts += ["<h2>What was assumed</h2>", _table(_assumed(solution))]
    told = [(word, _plain(solution.attrs[name])) for name, word in _ORIGIN if name in solution.attrs]
    parts += ["<h2>Where it comes from</h2>", _table(told)]
    folder = files("geoinv.view") / "web"
    style = (folder / "report.css").read_text("utf-8")
    title = html.escape(f"{subject.model.name.capitalize()} model{f', {plain_text(named, 60)}' if named else ''}")
    page, rest = "", (folder / "report.html").read_text("utf-8")
    filled = (
        ("%STYLE_HASH%", content_hash(style)),
        ("%TITLE%", title),
        ("%STYLE%", style),
        ("%TITLE%", title),
        ("%BODY%", "\n".join(parts)),
    )
    for mark, text in filled:
        before, _, rest = rest.partition(mark)
        page += before + text
    return page + rest


def _facts(solution: xr.Dataset, subject: Subject, named: str) -> list[tuple[str, str]]:
    """What was inverted, onto what, and how well."""
    model = subject.model
    assert model is not None, "a report is about a model"
    grid, smallest = model.grid, {}
    for axis in ("easting", "northing", "upward"):
        smallest[axis] = f"{grid.smallest_width(axis):.10g}"
    found = [("file", plain_text(named, 200))] if named else []
    found += [
        ("coordinate system", crs_named(solution) or "not stated"),
        ("data", ", ".join(f"{spaced(one.observed.size)} of {one.label}" for one in subject.channels)),
        (
            "mesh",
            f"{spaced(model.cells)} active cells, the smallest {' by '.join(smallest.values())} m; easting "
            f"{grid.easting_edges[0]:.10g} to {grid.easting_edges[-1]:.10g}, northing {grid.northing_edges[0]:.10g} to "
            f"{grid.northing_edges[-1]:.10g}, elevation {grid.upward_edges[0]:.10g} to {grid.upward_edges[-1]:.10g} m",
        ),
    ]
    names = (("chi2_per_datum", "chi^2/N"), ("target", "its target"), ("beta", "beta"), ("outcome", "outcome"))
    return found + [(word, _number(solution.attrs[name])) for name, word in names if name in solution.attrs]


def _assumed(solution: xr.Dataset) -> list[tuple[str, str]]:
    """Field, standard deviations, and every setting of the inversion."""
    attributes = solution.attrs
    names = ("inclination", "declination", "intensity")
    found = []
    for kind, word in (("field", "main field"), ("anomaly", "direction of the anomaly")):
        known = [f"{name} {_number(attributes[f'{kind}_{name}'])}" for name in names if f"{kind}_{name}" in attributes]
        if known:
            found.append((word, ", ".join(known) + (" (degrees, nT)" if kind == "field" else " (degrees)")))
    for name, word in (("noise", "standard deviations"), ("base_level", "base level found")):
        if name in attributes:
            found.append((word, _number(attributes[name])))
    try:
        settings = json.loads(str(attributes.get("settings", "{}")))
    except ValueError:
        return [*found, ("settings", _plain(attributes["settings"]))]
    if isinstance(settings, dict):
        found += [(_plain(name).replace("_", " "), _plain(value)) for name, value in settings.items()]
    return found


def _plain(value: object) -> str:
    """Text of an attribute, line by line."""
    return "\n".join(plain_text(line, _LONGEST) for line in str(value).splitlines()[:60])


def _number(value: object) -> str:
    try:
        return f"{float(str(value)):.6g}"
    except ValueError:
        return _plain(value)


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
