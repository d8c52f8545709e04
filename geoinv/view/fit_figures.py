"""Figures of a run and of its fit: misfit and beta by iteration, the L-curve, and the normalised residuals."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.view.maps import draw_residual
from geoinv.view.opened import opened
from geoinv.view.ornaments import draw_ornaments
from geoinv.view.residual_by_line import LineResidual, residual_by_line
from geoinv.view.style import STYLE, check_suffix, require_matplotlib, save
from geoinv.view.subject import Channel, Subject, data_set_of, subject_of
from geoinv.view.window import window_of

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["residual_figure", "run_figure", "view_fit"]

Array = npt.NDArray[np.float64]

_HISTORY = ("beta", "chi2_per_datum", "penalty")
_FURTHEST = 5.0  # standard deviations: beyond, residuals stand in the outermost bars
_MOST_LINES = 60
_WIDTH = 4.6  # inches of a panel


def view_fit(
    source: xr.Dataset | str | Path, out: str | Path, what: Literal["run", "residuals"], *, part: str | None = None
) -> str:
    """Write a picture of how an inversion went, or of what it left of the data.

    Parameters
    ----------
    source : xarray.Dataset, str or Path
        A solution, or its file.
    out : str or Path
        Picture to write, ``.png`` or ``.pdf``.
    what : {"run", "residuals"}
        chi^2/N and beta by iteration and the L-curve; or the histogram, the map and the lines of the normalised
        residuals.
    part : str, optional
        Data set of a joint solution, by its name or its number from 1; the first by default.

    Raises
    ------
    InputError
        If the file tells nothing of it, the suffix is another, or Matplotlib is not installed.
    """
    check_suffix(out)
    require_matplotlib("view")
    with opened(source) as data:
        subject = subject_of(source, part=part)
        solution = data_set_of(data, part)
        drawn = run_figure(solution, subject) if what == "run" else residual_figure(solution, subject)
    save(drawn, out)
    return f"Wrote {out}."


def run_figure(solution: xr.Dataset, subject: Subject) -> Figure:
    """Misfit and beta by iteration, and the L-curve.

    Raises
    ------
    InputError
        If the Dataset records no iterations.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    lacking = [f"history_{name}" for name in _HISTORY if f"history_{name}" not in solution.variables]
    if lacking:
        raise InputError(f"view expects a solution that records its iterations, got no {lacking[0]}; invert again")
    beta, misfit, penalty = (np.asarray(solution[f"history_{name}"].values, np.float64) for name in _HISTORY)
    try:
        target = float(solution.attrs["target"])
    except (KeyError, TypeError, ValueError):
        target = np.nan
    with mpl.rc_context(STYLE):
        sheet = Figure(figsize=(2.0 * _WIDTH, 4.0), layout="constrained")
        course, curve = sheet.subplots(1, 2)
        _draw_course(course, misfit, beta, target)
        _draw_curve(curve, misfit, penalty, target)
        _say(sheet, subject)
    return sheet


def _draw_course(ax: Axes, misfit: Array, beta: Array, target: float) -> None:
    """chi^2/N and beta by iteration."""
    from matplotlib.ticker import MaxNLocator

    steps = np.arange(1, misfit.size + 1)
    lines = ax.semilogy(steps, misfit, "o-", color="#1f5fa8", label="χ²/N")
    lines += [ax.axhline(target, color="0.4", linewidth=0.9, linestyle="dashed", label=f"target {target:g}")]
    ax.set_xlabel("iteration")
    ax.set_ylabel("χ²/N")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    beside = ax.twinx()
    lines += beside.semilogy(steps, beta, "s-", color="#b5541c", markersize=4.0, label="beta")
    beside.set_ylabel("beta")
    ax.legend(handles=lines, frameon=False)
    ax.set_title("(a) misfit and trade-off")


def _draw_curve(ax: Axes, misfit: Array, penalty: Array, target: float) -> None:
    """Misfit over penalty, numbered by iteration."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    known = np.flatnonzero((penalty > 0.0) & (misfit > 0.0))
    if known.size:
        ax.loglog(penalty[known], misfit[known], "o-", color="#1f5fa8")
        placed: set[tuple[float, float]] = set()
        for step in known[::-1]:
            place = (round(float(np.log10(penalty[step])), 1), round(float(np.log10(misfit[step])), 1))
            if place not in placed:  # iterations that stand on one another have the number of the last
                placed.add(place)
                ax.annotate(str(step + 1), (penalty[step], misfit[step]), (4, 4), textcoords="offset points")
    ax.axhline(target, color="0.4", linewidth=0.9, linestyle="dashed")
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("penalty phi")
    ax.set_ylabel("χ²/N")
    ax.set_title("(b) L-curve, numbered by iteration")


def residual_figure(solution: xr.Dataset, subject: Subject) -> Figure:
    """Histogram and map of the residuals over their standard deviations, and their rms by line where there are lines.

    Raises
    ------
    InputError
        If there are no predicted data, or no standard deviations.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    channels = [one for one in subject.channels if one.predicted is not None]
    if not channels:
        raise InputError("view expects a solution with observed and predicted data, got none; check it")
    without = [one.name for one in channels if one.uncertainty is None]
    if without:
        raise InputError(f"view expects standard deviations of {without[0]}, got none; invert with them")
    lines = residual_by_line(solution) if subject.lines is not None else []
    window = window_of(subject)
    height = 3.6 * float(np.clip(window.aspect, 0.45, 1.8)) + 0.8
    heights = [max(height, 3.2)] * len(channels) + ([2.8] if lines else [])
    with mpl.rc_context(STYLE):
        sheet = Figure(figsize=(2.0 * _WIDTH, sum(heights) + 0.7), layout="constrained")
        grid = sheet.add_gridspec(len(heights), 2, height_ratios=heights)
        for row, channel in enumerate(channels):
            _draw_histogram(sheet.add_subplot(grid[row, 0]), channel)
            ax = sheet.add_subplot(grid[row, 1])
            draw_residual(ax, window, subject.stations, channel)
            ax.set_title(f"(observed \N{MINUS SIGN} predicted {channel.short}) / standard deviation")
            if row == 0:
                draw_ornaments(ax, window)
        if lines:
            _draw_lines(sheet.add_subplot(grid[-1, :]), lines)
        _say(sheet, subject)
    return sheet


def _draw_histogram(ax: Axes, channel: Channel) -> None:
    """Density of the normalised residuals, and that of a standard normal."""
    assert channel.predicted is not None, "residuals need predicted data"
    assert channel.uncertainty is not None, "normalised ones need standard deviations"
    scaled = (channel.observed - channel.predicted) / channel.uncertainty
    scaled = scaled[np.isfinite(scaled)]
    edges = np.linspace(-_FURTHEST, _FURTHEST, 51)
    counts = np.histogram(np.clip(scaled, -_FURTHEST, _FURTHEST), edges)[0]
    ax.stairs(counts / (counts.sum() * np.diff(edges)), edges, fill=True, color="#8fb3d9")
    values = np.linspace(-_FURTHEST, _FURTHEST, 201)
    ax.plot(values, np.exp(-0.5 * values**2) / np.sqrt(2.0 * np.pi), color="0.2", linewidth=1.0, label="N(0, 1)")
    beyond = int(np.count_nonzero(np.abs(scaled) > _FURTHEST))
    ax.set_xlabel("residual / standard deviation")
    ax.set_ylabel("density")
    told = f"mean {scaled.mean():.2f}, standard deviation {scaled.std():.2f}".replace("-", "\N{MINUS SIGN}")
    ax.set_title(f"{channel.short}: {told}\n{beyond} of {scaled.size} beyond {_FURTHEST:g} standard deviations")
    ax.legend(frameon=False)


def _draw_lines(ax: Axes, lines: list[LineResidual]) -> None:
    """Root mean square by line, the worst first."""
    shown = lines[:_MOST_LINES]
    places = np.arange(len(shown))
    ax.bar(places, [one.rms for one in shown], color="#8fb3d9", label="rms")
    ax.plot(places, [one.mean for one in shown], "_", color="#b71c1c", markersize=8.0, label="mean")
    ax.axhline(1.0, color="0.4", linewidth=0.9, linestyle="dashed")
    ax.set_xticks(places, [one.line or "none" for one in shown], rotation=90, fontsize=7.0)
    ax.set_xlim(-0.7, len(shown) - 0.3)
    ax.set_ylabel("residual / standard deviation")
    more = f" (of {len(lines)}, the {len(shown)} worst)" if len(lines) > len(shown) else ""
    ax.set_title(f"by line{more}")
    ax.legend(frameon=False)


def _say(sheet: Figure, subject: Subject) -> None:
    """Sentence above and caption below."""
    letters = int(11 * sheet.get_figwidth())
    sheet.suptitle(textwrap.fill(subject.title, letters), fontsize=11.0)
    caption = textwrap.fill(subject.caption, int(1.4 * letters))
    sheet.supxlabel(caption, fontsize=7.5, x=0.01, ha="left", color="0.3")
