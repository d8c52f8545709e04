"""The picture: which panels, where, and into which file."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from string import ascii_letters
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.view.ensemble import draw_ensemble
from geoinv.view.investigation import draw_investigation
from geoinv.view.known import draw_known
from geoinv.view.maps import draw_data, draw_residual, shared_scale
from geoinv.view.ornaments import draw_ornaments
from geoinv.view.profile import draw_profile
from geoinv.view.scene import LEVELS, NoSceneError, render
from geoinv.view.sections import Request, cut_for, ends_of, request_of
from geoinv.view.sides import sides_told
from geoinv.view.slices import Cut, draw_level, draw_section, draw_total, is_signed, model_scale
from geoinv.view.style import STYLE, check_suffix, require_matplotlib, save
from geoinv.view.subject import Channel, Model, Subject, subject_of
from geoinv.view.vectors import draw_vectors
from geoinv.view.window import Window, window_of
from geoinv.view.wording import section_named

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

__all__ = ["figure", "view"]

_COLUMNS = 3
_PANEL, _ALONE = 3.4, 5.0  # width of a map among others and of a single one, in inches
_BESIDE, _ABOVE, _HEAD = 1.4, 0.75, 0.4  # inches for labels and colour bar, for title and labels, for the sentence
_ASPECTS = (0.45, 1.8)  # of the flattest and of the tallest map
_LETTERS_PER_INCH = 11


def view(
    source: xr.Dataset | str | Path,
    out: str | Path,
    *,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
    part: str | None = None,
    section: str | None = None,
    padding: bool = False,
) -> str:
    """Write a picture of a solution, a model or a survey.

    Parameters
    ----------
    source : xarray.Dataset, str or Path
        What to show, or its file: a solution (maps of observed and predicted data and of what is
        left, slices and a 3D view of the model), a model, or a survey.
    out : str or Path
        Picture to write, ``.png`` or ``.pdf``.
    columns, height
        As in :func:`geoinv.formats.read_survey`, for the file of a survey.
    part : str, optional
        Data set of a joint solution, by its name or its number from 1; the first by default.
    section : str, optional
        Where sections are cut, in metres: ``"east=E,north=N,depth=D,line=E1:N1,E2:N2"``, each optional;
        ``elevation=Z`` in place of the depth below the median of the ground, and the name of a survey line in place of
        two ends. Where the body is by default.
    padding : bool, optional
        Show all of the mesh; by default the part below the stations.

    Returns
    -------
    str
        What was written, what could not be drawn, and what to doubt in what is.

    Raises
    ------
    InputError
        If there is nothing to show, the suffix is another, a section lies outside the mesh, Matplotlib is not
        installed, or the file cannot be written.
    """
    request = request_of(section)
    check_suffix(out)
    subject = subject_of(source, columns, height, part)
    if section is not None and subject.model is None:
        raise InputError(f"{section_named()} expects a model to cut, got data alone; give a solution or a model")
    drawn, notice = _draw(subject, True, request, padding)
    save(drawn, out)
    doubt = "" if subject.model is None else sides_told(subject.model)
    return f"Wrote {out}{', ' if notice else ''}{notice}.{f' Note: {doubt}.' if doubt else ''}"


def figure(
    source: xr.Dataset | str | Path,
    *,
    scene: bool = True,
    part: str | None = None,
    section: str | None = None,
    padding: bool = False,
) -> Figure:
    """Matplotlib figure that :func:`view` writes.

    Parameters
    ----------
    source : xarray.Dataset, str or Path
        What to show, or its file.
    scene : bool, optional
        Draw the bodies in three dimensions, where PyVista can; a map of the model summed over depth
        stands in their place otherwise.
    part, section, padding
        As :func:`view` takes them.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If there is nothing to show, or Matplotlib is not installed.
    """
    return _draw(subject_of(source, part=part), scene, request_of(section), padding)[0]


def _draw(subject: Subject, scene: bool, request: Request, padding: bool) -> tuple[Figure, str]:
    """Figure of a subject, and what is missing in it."""
    require_matplotlib("view")
    import matplotlib as mpl

    window = window_of(subject, padding)
    fits = [channel for channel in subject.channels if channel.predicted is not None]
    notice = ""
    with mpl.rc_context(STYLE):
        if fits or subject.model is not None:
            of_samples = subject.model is not None and bool(subject.model.statistics)
            ends = ends_of(request, subject)
            models = (subject.model is not None) + of_samples
            sheet, grid = _sheet(window, len(fits), _COLUMNS, models, ends is not None)
            for row, channel in enumerate(fits):
                observed, predicted, residual = (sheet.add_subplot(grid[row, column]) for column in range(_COLUMNS))
                _draw_channel(observed, subject, channel, window, "observed")
                _draw_channel(predicted, subject, channel, window, "predicted")
                draw_residual(residual, window, subject.stations, channel)
                difference = f"observed \N{MINUS SIGN} predicted {channel.short}"
                known = channel.uncertainty is not None
                residual.set_title(f"({difference}) / standard deviation" if known else difference)
            if subject.model is not None:
                cut = cut_for(request, subject, subject.model, window)
                missing = _draw_model(sheet, grid, len(fits), subject, subject.model, window, scene, cut)
                if of_samples:
                    draw_ensemble(sheet, grid, len(fits) + 2, subject.model, window, cut)
                if ends is not None:
                    level = sheet.axes[_COLUMNS * len(fits)]
                    _draw_line(sheet.add_subplot(grid[-1, :]), level, subject.model, window, ends)
                notice = "; ".join(part for part in (missing, subject.model.left_out) if part)
        else:
            columns = min(len(subject.channels), _COLUMNS)
            sheet, grid = _sheet(window, -(-len(subject.channels) // columns), columns)
            for place, channel in enumerate(subject.channels):
                _draw_channel(sheet.add_subplot(grid[divmod(place, columns)]), subject, channel, window, "observed")
        maps = [ax for ax in sheet.axes if ax.get_xlabel().startswith("easting") and ax.get_aspect() == 1.0]
        for ax in maps[:1]:
            draw_ornaments(ax, window)
        if len(sheet.axes) > 1:
            for letter, ax in zip(ascii_letters, sheet.axes, strict=False):
                ax.set_title(f"({letter}) {ax.get_title(loc='left')}")
        sentence = textwrap.fill(subject.title, int(sheet.get_figwidth() * _LETTERS_PER_INCH))
        sheet.suptitle(sentence, fontsize=11.0)
        flat = subject.model is not None and window.exaggeration == 1
        caption = f"{subject.caption}{'; no vertical exaggeration' if flat else ''}"
        letters = int(sheet.get_figwidth() * _LETTERS_PER_INCH * 11.0 / 7.5)
        sheet.supxlabel(textwrap.fill(caption, letters), fontsize=7.5, x=0.01, ha="left", color="0.3")
    return sheet, notice


def _sheet(window: Window, rows: int, columns: int, models: int = 0, along: bool = False) -> tuple[Figure, GridSpec]:
    """Empty figure with places for rows and columns of maps, two more rows for the sections of each model, and one."""
    from matplotlib.figure import Figure

    width = _PANEL if columns > 1 else _ALONE
    heights = [width * float(np.clip(window.aspect, *_ASPECTS)) + _ABOVE] * max(rows, 1)
    if models:
        shorter = min(window.span("easting"), window.span("northing"))
        heights = heights[:rows] + 2 * models * [
            max(0.5 * heights[0], width * window.exaggeration * window.span("upward") / shorter + _ABOVE)
        ]
    if along:
        heights.append(heights[-1])
    sheet = Figure(figsize=(columns * (width + _BESIDE), sum(heights) + _HEAD), layout="constrained")
    return sheet, sheet.add_gridspec(len(heights), columns, height_ratios=heights)


def _draw_channel(ax: Axes, subject: Subject, channel: Channel, window: Window, which: str) -> None:
    """Map of the observed or of the predicted data of a component."""
    draw_data(ax, window, subject.stations, getattr(channel, which), shared_scale(channel), channel.label)
    ax.set_title(channel.short if channel.predicted is None else f"{which} {channel.short}")


def _draw_model(
    sheet: Figure, grid: GridSpec, row: int, subject: Subject, model: Model, window: Window, scene: bool, cut: Cut
) -> str:
    """Level, sections and scene of a model in two rows from one on; returns what is missing."""
    scale = model_scale(model, window)
    level = sheet.add_subplot(grid[row : row + 2, 0])
    draw_level(level, window, model, cut, scale)
    draw_known(level, model.grid, model.known, "upward", cut.upward)
    draw_vectors(level, window, model, "upward", cut.upward)
    level.set_title(f"level at elevation {window.told(model.grid.upward[cut.upward])}")
    stretched = f"\nvertical exaggeration {window.exaggeration}" if window.exaggeration > 1 else ""
    for place, along, across in ((row, "easting", "northing"), (row + 1, "northing", "easting")):
        ax = sheet.add_subplot(grid[place, 1])
        draw_section(ax, window, model, cut, scale, along)
        draw_known(ax, model.grid, model.known, across, getattr(cut, across))
        draw_vectors(ax, window, model, across, getattr(cut, across))
        also = draw_investigation(ax, model.grid, model.unseen, across, getattr(cut, across))
        where = getattr(model.grid, across)[getattr(cut, across)]
        ax.set_title(f"section at {across} {window.told(where)}{stretched}{also}")
    last = sheet.add_subplot(grid[row : row + 2, 2])
    notice = ""
    if scene:
        try:
            _show(last, render(model, window, scale, subject.stations), window)
            sign = "\N{PLUS-MINUS SIGN}" if is_signed(scale) else ""
            values = ", ".join(f"{sign}{share * (scale.vmax or 0.0):.2g}" for share in LEVELS)
            drawn = "surfaces of" if model.octree is None else "cells from"
            last.set_title(f"{drawn} {model.name} {values} {model.units}".rstrip())
            return ""
        except NoSceneError as reason:
            notice = str(reason)
    draw_total(last, window, model)
    last.set_title(f"{model.name} summed over depth")
    return notice


def _draw_line(
    ax: Axes, level: Axes, model: Model, window: Window, ends: tuple[tuple[float, float], tuple[float, float]]
) -> None:
    """Section between two points, and their line on the level."""
    draw_profile(ax, window, model, model_scale(model, window), ends)
    places = [
        f"{name} ({window.told(east)}, {window.told(north)})" for name, (east, north) in zip("AB", ends, strict=True)
    ]
    stretched = f", vertical exaggeration {window.exaggeration}" if window.exaggeration > 1 else ""
    ax.set_title(f"section from {' to '.join(places)}{stretched}", pad=14.0)
    (west, south), (east, north) = ends
    level.plot([west, east], [south, north], color="0.1", linewidth=1.2)
    for name, place in zip("AB", ends, strict=True):
        level.annotate(name, place, weight="bold", ha="center", va="center", clip_on=True, annotation_clip=True)


def _show(ax: Axes, picture: npt.NDArray[np.float64], window: Window) -> None:
    """Picture of the scene, also over the room that labels and colour bars take beside other panels."""
    ax.set_axis_off()
    ax.set_box_aspect(window.aspect)
    wide = ax.inset_axes((-0.12, -0.12, 1.4, 1.12))
    wide.imshow(picture, interpolation="antialiased")
    wide.set_axis_off()
