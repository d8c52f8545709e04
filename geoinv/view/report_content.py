"""What a report of a solution says, whatever file it is written to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoinv.core.checks import InputError
from geoinv.view.caption import crs_named
from geoinv.view.doubts import doubts_of
from geoinv.view.fit_figures import residual_figure, run_figure
from geoinv.view.picture import figure
from geoinv.view.subject import Subject, subject_of
from geoinv.view.wording import plain_text, spaced

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

__all__ = ["ReportContent", "content_of_report"]

Rows = list[tuple[str, str]]

_LONGEST = 4000  # characters of an attribute
_ORIGIN = (
    ("history", "command"),
    ("inputs", "input files, SHA-256"),
    ("data_sha256", "SHA-256 of the data"),
    ("source", "versions"),
    ("created", "made"),
    ("job", "job file"),
)


@dataclass(frozen=True)
class ReportContent:
    """A report.

    Attributes
    ----------
    title, lead : str
        Heading, and the sentence below it.
    facts, assumed, origin : list of (str, str)
        What was inverted and how well, every setting, and where it comes from.
    model : (Figure, str)
        Data, fit and model, with its caption.
    fit : list of (Figure, str)
        Residuals, and the course of the inversion.
    doubts : list of str
        Sentences.
    """

    title: str
    lead: str
    facts: Rows
    model: tuple[Figure, str]
    fit: list[tuple[Figure, str]]
    doubts: list[str]
    assumed: Rows
    origin: Rows


def content_of_report(solution: xr.Dataset, named: str = "", section: str | None = None) -> ReportContent:
    """Say what a Dataset tells of an inversion.

    Raises
    ------
    InputError
        If it holds no model with the data that it was recovered from.
    """
    subject = subject_of(solution)
    fits = [channel for channel in subject.channels if channel.predicted is not None]
    if subject.model is None or not fits:
        raise InputError("report expects a solution (a model, and observed and predicted data), got another file")
    fit = []
    if all(channel.uncertainty is not None for channel in fits):
        fit.append((residual_figure(solution, subject), "Residuals over their standard deviations."))
    if "history_beta" in solution.variables:
        fit.append((run_figure(solution, subject), "The course of the inversion."))
    return ReportContent(
        title=f"{subject.model.name.capitalize()} model{f', {plain_text(named, 60)}' if named else ''}",
        lead=subject.title,
        facts=_facts(solution, subject, named),
        model=(figure(solution, section=section), "Data, fit, and the model where its body is."),
        fit=fit,
        doubts=doubts_of(solution, subject),
        assumed=_assumed(solution),
        origin=[(word, _plain(solution.attrs[name])) for name, word in _ORIGIN if name in solution.attrs],
    )


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
