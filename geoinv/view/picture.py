"""The picture: which panels, where, and into which file."""

from __future__ import annotations

import textwrap
from importlib.util import find_spec
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from geoinv.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.view.maps import draw_data, draw_residual, shared_scale
from geoinv.view.scene import LEVELS, NoScene, render
from geoinv.view.slices import cut_of, draw_level, draw_section, draw_total, model_scale
from geoinv.view.subject import Model, Subject, subject_of
from geoinv.view.window import Window, window_of

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["figure", "view"]

SUFFIXES = (".png", ".pdf")

_COLUMNS = 3
_PANEL = 3.5  # width of a map in inches, without labels
_BESIDE, _ABOVE = 1.35, 0.75  # inches for labels and colour bar, for labels and title
_DOTS_PER_INCH = 150
_STYLE = {
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.formatter.useoffset": False,
}


def view(source: xr.Dataset | str | Path, out: str | Path) -> str:
    """Write a picture of a solution, a model or a survey.

    Parameters
    ----------
    source : xarray.Dataset, str or Path
        What to show, or its file: a solution (maps of observed and predicted data and of what is
        left, slices and a 3D view of the model), a model, or a survey.
    out : str or Path
        Picture to write, ``.png`` or ``.pdf``.

    Returns
    -------
    str
        What was written, and what could not be drawn.

    Raises
    ------
    InputError
        If there is nothing to show, the suffix is another, Matplotlib is not installed, or the file
        cannot be written.
    """
    suffix = Path(out).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{out} expects a suffix for a picture ({' '.join(SUFFIXES)}), got {suffix!r}; rename it")
    drawn, notice = _draw(source, scene=True)
    # nothing of the date or the machine: the same picture is the same file
    metadata = {"CreationDate": None} if suffix == ".pdf" else None
    with whole_file(out) as partial:
        drawn.savefig(partial, format=suffix[1:], dpi=_DOTS_PER_INCH, metadata=metadata)
    return f"Wrote {out}{', ' if notice else ''}{notice}."


def figure(source: xr.Dataset | str | Path, *, scene: bool = True) -> Figure:
    """Matplotlib figure that :func:`view` writes.

    Parameters
    ----------
    source : xarray.Dataset, str or Path
        What to show, or its file.
    scene : bool, optional
        Draw the bodies in three dimensions, where PyVista can; a map of the model summed over depth
        stands in their place otherwise.

    Raises
    ------
    InputError
        If there is nothing to show, or Matplotlib is not installed.
    """
    return _draw(source, scene)[0]


def _draw(source: xr.Dataset | str | Path, scene: bool) -> tuple[Figure, str]:
    """Figure of a source, and what is missing in it."""
    if find_spec("matplotlib") is None:
        raise InputError("view expects Matplotlib, which is not installed; run: pip install 'geoinv[view]'")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    subject = subject_of(source)
    window = window_of(subject)
    with mpl.rc_context(_STYLE):
        if subject.model is None:
            return _survey_figure(subject, window), ""
        return _model_figure(subject, subject.model, window, scene)


def _survey_figure(subject: Subject, window: Window) -> Figure:
    """Maps of what was measured, side by side."""
    columns = min(len(subject.channels), _COLUMNS)
    rows = -(-len(subject.channels) // columns)
    drawn, axes = _panels(subject, window, rows, max(columns, 1))
    for ax, channel in zip(axes, subject.channels, strict=False):
        assert subject.stations is not None
        assert channel.observed is not None
        label = f"{channel.label} ({channel.units})"
        draw_data(ax, window, subject.stations, channel.observed, shared_scale(channel), label)
    for ax in axes[len(subject.channels) :]:
        ax.remove()
    return drawn


def _model_figure(subject: Subject, model: Model, window: Window, scene: bool) -> tuple[Figure, str]:
    """A row of maps for each component, and a row of slices and the scene."""
    rows = len(subject.channels) + 1
    drawn, axes = _panels(subject, window, rows, _COLUMNS)
    for channel, row in zip(subject.channels, zip(*[iter(axes)] * _COLUMNS, strict=True), strict=False):
        assert subject.stations is not None
        scale, label = shared_scale(channel), f"{channel.label} ({channel.units})"
        for ax, values, title in zip(row, (channel.observed, channel.predicted), ("observed", "predicted"), strict=False):
            assert values is not None
            draw_data(ax, window, subject.stations, values, scale, label)
            ax.set_title(f"{title} {channel.label}")
        draw_residual(row[2], window, subject.stations, channel)
        row[2].set_title("observed − predicted")
    level, sections, last = axes[-_COLUMNS:]
