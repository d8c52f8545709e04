"""How well a solution fits each line of its survey: the table by which a line that was levelled badly is found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoinv.core.checks import InputError
from geoinv.formats import recognise
from geoinv.view.line_names import line_names
from geoinv.view.opened import opened
from geoinv.view.subject import channels_of, data_set_of

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["LineResidual", "lines_told", "residual_by_line"]

_SHOWN = 3


class LineResidual(NamedTuple):
    """Residuals of a line, each over its standard deviation: about 0 in the mean and 1 in the root mean square.

    Attributes
    ----------
    line : str
        Its name; empty for stations that belong to none.
    data : int
        How many there are, of all components.
    mean : float
        Of observed less predicted: far from 0 where a line is offset from its neighbours.
    rms : float
        Root mean square.
    largest : float
        The residual furthest from 0, with its sign.
    """

    line: str
    data: int
    mean: float
    rms: float
    largest: float


def residual_by_line(source: xr.Dataset | str | Path, *, part: str | None = None) -> list[LineResidual]:
    """Residuals of a solution by line, the worst line first.

    Parameters
    ----------
    source : xarray.Dataset, str or Path
        A solution, or its file, of a survey with lines.
    part : str, optional
        Data set of a joint solution, by its name or its number from 1; the first by default.

    Raises
    ------
    InputError
        If it is no solution, or has no lines or no standard deviations.

    Examples
    --------
    >>> import xarray as xr
    >>> values = {"tmi_observed": [3.0, 1.0, 5.0], "tmi_predicted": [1.0, 1.0, 6.0], "tmi_uncertainty": [2.0] * 3}
    >>> solution = xr.Dataset({name: ("station", of) for name, of in values.items()})
    >>> solution = solution.assign_coords(station_line=("station", ["L10", "L20", "L20"]))
    >>> [(one.line, one.data, round(one.rms, 2)) for one in residual_by_line(solution)]
    [('L10', 1, 1.0), ('L20', 2, 0.35)]
    """
    with opened(source) as data:
        solution = data_set_of(data, part)
        channels = channels_of(solution)
        if not channels:
            raise InputError("residual_by_line expects a solution with observed and predicted data, got none; check it")
        names = line_names(solution)
        if names is None:
            raise InputError(
                "residual_by_line expects a solution of a survey with lines, got no station_line; "
                "name their column when the survey is read, as in columns={'line': ...}"
            )
    rows = []
    for channel in channels:
        if channel.uncertainty is None or channel.predicted is None:
            raise InputError(
                f"residual_by_line expects standard deviations of {channel.name}, got none; invert with them"
            )
        rows.append((channel.observed - channel.predicted) / channel.uncertainty)
    scaled = np.stack(rows)
    found = []
    for line in np.unique(names):
        of_line = scaled[:, names == line]
        of_line = of_line[np.isfinite(of_line)]
        if of_line.size:
            furthest = float(of_line[np.argmax(np.abs(of_line))])
            rms = float(np.sqrt(np.mean(of_line**2)))
            found.append(LineResidual(str(line), of_line.size, float(of_line.mean()), rms, furthest))
    return sorted(found, key=lambda one: -one.rms)


def lines_told(source: xr.Dataset | str | Path, part: str | None = None) -> str:
    """Sentence that names the lines with the largest residuals; empty where there is no solution over several lines.

    Parameters
    ----------
    source, part
        As :func:`residual_by_line` takes them, but for any file that can be viewed.
    """
    if isinstance(source, (str, Path)) and recognise(source).dataset is None:
        return ""
    with opened(source) as data:
        solution = data_set_of(data, part)
        channels = channels_of(solution)
        if not channels or line_names(solution) is None or any(one.uncertainty is None for one in channels):
            return ""
        found = residual_by_line(solution)
    if len(found) < 2:
        return ""
    median = np.median([one.rms for one in found])
    worst = ", ".join(
        f"{one.line or 'without a line'} {one.rms:.2g} (mean {one.mean:.2g}, {one.data} data)" for one in found[:_SHOWN]
    )
    return f"Residual over standard deviation, rms by line: {median:.2g} in the median of {len(found)}; worst {worst}."
