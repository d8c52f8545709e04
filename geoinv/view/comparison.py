"""Two models side by side on one scale, their difference, and how far apart they are."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.meshes.base import AXES
from geoinv.view.opened import opened
from geoinv.view.ornaments import draw_ornaments
from geoinv.view.sections import Request, cut_for, request_of
from geoinv.view.slices import Cut, draw_level, draw_section, scale_of
from geoinv.view.style import STYLE, check_suffix, require_matplotlib, save
from geoinv.view.subject import Model, Subject, data_set_of, subject_of
from geoinv.view.window import Window, window_of
from geoinv.view.wording import plain_text, spaced

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

__all__ = ["Comparison", "compare", "comparison_of", "draw_comparison"]

Array = npt.NDArray[np.float64]

_PANEL, _BESIDE, _ABOVE = 3.4, 1.4, 0.8  # inches
_SAME = 1e-6  # metres


@dataclass(frozen=True)
class Comparison:
    """Two models on the mesh of the first.

    Parameters
    ----------
    names : (str, str)
        Of their files.
    first : Subject
        The first, which window and slices are those of.
    values : (upward, northing, easting) array
        The second on the mesh of the first; NaN where it has none.
    resampled : bool
        Whether the second stood on another mesh: its values are those of the cells that hold the centres.
    rms : float
        Root mean square of the second less the first, weighted by volume, over the cells that both have in the window.
    correlation : float
        Of the two, weighted likewise; NaN where one of them is constant.
    cells : int
        How many cells they share there.
    fits : (str, str)
        chi^2/N of each, or that it is not stated.
    """

    names: tuple[str, str]
    first: Subject
    values: Array
    resampled: bool
    rms: float
    correlation: float
    cells: int
    fits: tuple[str, str]

    def told(self) -> str:
        """Say how far apart they are in one sentence."""
        model = self.first.model
        assert model is not None, "models are compared"
        correlation = "none (one is constant)" if np.isnan(self.correlation) else f"{self.correlation:.3f}"
        where = ", the second at the centres of the first's cells" if self.resampled else ""
        return (
            f"rms difference {f'{self.rms:.3g} {model.units}'.strip()}, correlation {correlation}, over "
            f"{spaced(self.cells)} cells{where}; chi^2/N {self.fits[0]} and {self.fits[1]}"
        )


def compare(
    first: xr.Dataset | str | Path,
    second: xr.Dataset | str | Path,
    out: str | Path,
    *,
    section: str | None = None,
    part: str | None = None,
) -> str:
    """Write a picture of two models on one scale and of their difference.

    Parameters
    ----------
    first, second : xarray.Dataset, str or Path
        Models or solutions, or their files. Where their meshes differ, the second is taken at the centres of the
        cells of the first.
    out : str or Path
        Picture to write, ``.png`` or ``.pdf``.
    section, part
        As :func:`geoinv.view.view` takes them.

    Returns
    -------
    str
        What was written, and how far apart the models are.

    Raises
    ------
    InputError
        If one holds no model, they are of two quantities, or their meshes have no cell in common.
    """
    check_suffix(out)
    require_matplotlib("compare")
    request = request_of(section)
    found = comparison_of(first, second, part)
    save(draw_comparison(found, request), out)
    return f"Wrote {out}: {found.told()}."


def comparison_of(
    first: xr.Dataset | str | Path, second: xr.Dataset | str | Path, part: str | None = None
) -> Comparison:
    """Bring two models onto one mesh, and say how far apart they are."""
    subjects = tuple(subject_of(source, part=part) for source in (first, second))
    names = tuple(
        plain_text(Path(source).name, 40) if isinstance(source, (str, Path)) else number
        for source, number in ((first, "first"), (second, "second"))
    )
    models = [subject.model for subject in subjects]
    one, other = models
    if one is None or other is None:
        lacking = names[0] if one is None else names[1]
        raise InputError(f"compare expects two models, got none in {lacking}; give solutions or models")
    if (one.name, one.units) != (other.name, other.units):
        raise InputError(f"compare expects two models of one quantity, got {one.label} and {other.label}")
    if one.grid.crs and other.grid.crs and one.grid.crs != other.grid.crs:
        raise InputError(
            f"compare expects one coordinate system, got {one.grid.crs[:40]} and {other.grid.crs[:40]}; project one"
        )
    same = all(_same(one.grid.edges(axis), other.grid.edges(axis)) for axis in AXES)
    values = other.values if same else _at_centres(other, one)
    window = window_of(subjects[0])
    shown = window.cells(one.grid)
    both = np.isfinite(one.values[shown]) & np.isfinite(values[shown])
    if not both.any():
        raise InputError("compare expects models that have cells in common, got none; check their coordinates")
    a, b, weights = one.values[shown][both], values[shown][both], one.grid.volumes[shown][both]
    rms = float(np.sqrt(np.average((b - a) ** 2, weights=weights)))
    fits = tuple(_fit(source, part) for source in (first, second))
    return Comparison(
        (names[0], names[1]),
        subjects[0],
        values,
        not same,
        rms,
        _correlation(a, b, weights),
        a.size,
        (fits[0], fits[1]),
    )


def _same(one: Array, other: Array) -> bool:
    return one.size == other.size and bool(np.abs(one - other).max() < _SAME)


def _at_centres(model: Model, at: Model) -> Array:
    """Values of a model in the cells that hold the centres of another's cells; NaN outside its mesh."""
    index, inside = [], []
    for axis in AXES:
        edges, centres = model.grid.edges(axis), getattr(at.grid, axis)
        index.append(np.clip(np.searchsorted(edges, centres, side="right") - 1, 0, edges.size - 2))
        inside.append((centres >= edges[0]) & (centres <= edges[-1]))
    within = inside[0][:, None, None] & inside[1][:, None] & inside[2]
    return np.where(within, model.values[np.ix_(*index)], np.nan)


def _correlation(one: Array, other: Array, weights: Array) -> float:
    """Weighted correlation of two sets of values."""
    one, other = (values - np.average(values, weights=weights) for values in (one, other))
    size = float(np.sqrt(np.average(one**2, weights=weights) * np.average(other**2, weights=weights)))
    return float(np.average(one * other, weights=weights)) / size if size > 0.0 else float("nan")


def _fit(source: xr.Dataset | str | Path, part: str | None) -> str:
    """chi^2/N of a solution."""
    with opened(source) as data:
        value = data_set_of(data, part).attrs.get("chi2_per_datum")
    try:
        return f"{float(str(value)):.3f}"
    except ValueError:
        return "not stated"


def draw_comparison(found: Comparison, request: Request | None = None) -> Figure:
    """Figure of a comparison: a level and two sections of each model, and of the second less the first."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    subject, model = found.first, found.first.model
    assert model is not None, "models are compared"
    window = window_of(subject)
    cut, shown = cut_for(request or Request(), subject, model, window), window.cells(model.grid)
    difference = found.values - model.values
    shared = scale_of(model.values[shown], found.values[shown])
    columns = [
        (model, shared, found.names[0]),
        (replace(model, values=found.values), shared, found.names[1]),
        (replace(model, values=difference, name="difference"), _about_zero(difference[shown]), "second less first"),
    ]
    height = _PANEL * float(np.clip(window.aspect, 0.45, 1.8)) + _ABOVE
    shorter = min(window.span("easting"), window.span("northing"))
    flat = max(0.4 * height, _PANEL * window.exaggeration * window.span("upward") / shorter + _ABOVE)
    with mpl.rc_context(STYLE):
        sheet = Figure(figsize=(3 * (_PANEL + _BESIDE), height + 2 * flat + 0.6), layout="constrained")
        grid = sheet.add_gridspec(3, 3, height_ratios=[height, flat, flat])
        for column, (drawn, scale, name) in enumerate(columns):
            axes = [sheet.add_subplot(grid[row, column]) for row in range(3)]
            _draw_column(axes, window, drawn, scale, name, cut)
            if column == 0:
                draw_ornaments(axes[0], window)
        title = f"{model.name.capitalize()} of {' and '.join(found.names)}: {found.told()}."
        sheet.suptitle(textwrap.fill(title.replace("chi^2", "χ²"), 120), fontsize=11.0)
        stretched = (
            f"vertical exaggeration {window.exaggeration}" if window.exaggeration > 1 else "no vertical exaggeration"
        )
        sheet.supxlabel(f"{subject.caption}; {stretched}", fontsize=7.5, x=0.01, ha="left", color="0.3")
    return sheet


def _about_zero(difference: Array) -> Normalize:
    """Scale of a difference."""
    from matplotlib.colors import Normalize

    largest = float(np.nanmax(np.abs(difference))) or 1.0
    return Normalize(-largest, largest)


def _draw_column(axes: list, window: Window, model: Model, scale: Normalize, name: str, cut: Cut) -> None:  # type: ignore[type-arg]
    level, *sections = axes
    draw_level(level, window, model, cut, scale)
    level.set_title(f"{name}\nlevel at elevation {window.told(model.grid.upward[cut.upward])}")
    for ax, along, across in zip(sections, ("easting", "northing"), ("northing", "easting"), strict=True):
        draw_section(ax, window, model, cut, scale, along)
        ax.set_title(f"section at {across} {window.told(getattr(model.grid, across)[getattr(cut, across)])}")
