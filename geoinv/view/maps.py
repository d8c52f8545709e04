"""Maps of data at stations: observed, predicted and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from geoinv.view.stretch import equal_area, is_equal_area, is_skewed
from geoinv.view.subject import Channel
from geoinv.view.window import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.tri import Triangulation

__all__ = ["colorbar", "draw_data", "draw_residual", "shared_scale", "triangles_between"]

Array = npt.NDArray[np.float64]

DATA_COLOURS = "viridis"
RESIDUAL_COLOURS = "RdBu_r"

_GAP = 3.0  # triangles longer than this, over the usual one, are not filled
_OVERLAP = 1.1  # diameter of a dot over the mean distance of stations
_SHARES = 7  # ticks of a bar of equal areas
_RASTER = 300  # pixels of the shading along each side
_FLAT, _DEEP = np.sqrt(0.5), 0.55  # light on level ground from 45 degrees, and how dark its shadows are
_SHARE = 99.0  # percent of the residuals that lie within the colours


def shared_scale(channel: Channel) -> Normalize:
    """One colour scale for what was observed and what was predicted; with equal areas where that is skewed."""
    from matplotlib.colors import Normalize

    parts = [part for part in (channel.observed, channel.predicted) if part is not None]
    if is_skewed(channel.observed):
        return equal_area(np.concatenate(parts))
    return Normalize(min(float(np.nanmin(part)) for part in parts), max(float(np.nanmax(part)) for part in parts))


def draw_data(ax: Axes, window: Window, stations: Array, values: Array, scale: Normalize, label: str) -> None:
    """Map of values, linear between the stations, which are marked; in the units of `label`."""
    window.frame(ax, "easting", "northing")
    triangles = _triangles(stations)
    if triangles is None:
        _dots(ax, stations, values, DATA_COLOURS, scale, label)
        return
    drawn = ax.tripcolor(triangles, values, shading="gouraud", cmap=DATA_COLOURS, norm=scale, rasterized=True)
    if is_equal_area(scale):
        _shade(ax, window, triangles, np.asarray(scale(values)))
        label = f"{label}, equal areas"
    size = float(np.clip(4000.0 / values.size, 0.05, 1.0))
    ax.scatter(stations[0], stations[1], s=size, color="black", alpha=0.35, linewidths=0, rasterized=True)
    colorbar(ax, drawn, label)


def _shade(ax: Axes, window: Window, triangles: Triangulation, shares: Array) -> None:
    """Shade a map as if its colours were heights, lit from the north-west."""
    from matplotlib.colors import LightSource
    from matplotlib.tri import LinearTriInterpolator

    sides = [np.linspace(low, high, _RASTER) for low, high in (window.easting, window.northing)]
    heights = LinearTriInterpolator(triangles, shares)(*np.meshgrid(*sides)).filled(np.nan)
    light = LightSource(315.0, 45.0).hillshade(heights, vert_exag=0.1 * _RASTER)
    shadow = np.zeros((*light.shape, 4))
    shadow[..., :3] = (light > _FLAT)[..., None]
    shadow[..., 3] = np.nan_to_num(np.clip(np.abs(light - _FLAT), 0.0, 0.5) * _DEEP)
    extent = (*window.easting, *window.northing)
    ax.imshow(shadow, origin="lower", extent=extent, aspect="equal", interpolation="bilinear", zorder=1.5)


def draw_residual(ax: Axes, window: Window, stations: Array, channel: Channel) -> None:
    """Map of observed minus predicted data at the stations, over their standard deviation where it is known."""
    from matplotlib.colors import Normalize

    assert channel.predicted is not None, "a residual needs predicted data"
    residual, label = channel.observed - channel.predicted, f"residual ({channel.units})"
    if channel.uncertainty is not None:
        residual, label = residual / channel.uncertainty, "residual / standard deviation"
    limit = float(np.nanpercentile(np.abs(residual), _SHARE)) or 1.0
    window.frame(ax, "easting", "northing")
    _dots(ax, stations, residual, RESIDUAL_COLOURS, Normalize(-limit, limit), label, extend="both")


def _dots(
    ax: Axes, stations: Array, values: Array, colours: str, scale: Normalize, label: str, extend: str = "neither"
) -> None:
    """Dots as wide in metres as the stations are apart, the largest values on top."""
    from matplotlib.collections import EllipseCollection

    order = np.argsort(np.abs(values), kind="stable")
    diameter = np.full(values.size, _OVERLAP * _distance(stations))
    dots = EllipseCollection(
        diameter,
        diameter,
        np.zeros(values.size),
        units="xy",
        offsets=stations[:2, order].T,
        offset_transform=ax.transData,
        cmap=colours,
        norm=scale,
        array=values[order],
        linewidths=0,
        rasterized=True,
    )
    ax.add_collection(dots, autolim=False)
    ax.set_facecolor("0.97")
    colorbar(ax, dots, label, extend)


def triangles_between(stations: Array) -> npt.NDArray[np.intp] | None:
    """Triangles (triangles, 3) between neighbouring stations, or None where the stations lie on one line.

    Those across gaps, long ones, are left out.
    """
    from scipy.spatial import Delaunay, QhullError

    x, y = stations[:2] - stations[:2].mean(axis=1, keepdims=True)
    try:
        corners = Delaunay(np.column_stack([x, y])).simplices
    except (QhullError, ValueError):  # so it says of fewer than three points, and of points on a line
        return None
    longest = np.hypot(x[corners] - x[np.roll(corners, 1, axis=1)], y[corners] - y[np.roll(corners, 1, axis=1)]).max(
        axis=1
    )
    return np.asarray(corners[longest <= _GAP * np.median(longest)], np.intp)


def _triangles(stations: Array) -> Triangulation | None:
    """The same, as Matplotlib draws them."""
    from matplotlib.tri import Triangulation

    corners = triangles_between(stations)
    return None if corners is None else Triangulation(stations[0], stations[1], corners)


def _distance(stations: Array) -> float:
    """Mean distance of neighbours, in metres: the side of the square that each station has to itself."""
    triangles = _triangles(stations)
    count = stations.shape[1]
    if triangles is None:
        return float(np.hypot(*np.ptp(stations[:2], axis=1)) / count) or 1.0
    x, y = (values[triangles.triangles] for values in stations[:2])
    areas = 0.5 * np.abs((x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0]))
    return float(np.sqrt(areas.sum() / count))


def colorbar(ax: Axes, drawn: ScalarMappable, label: str, extend: str = "neither") -> None:
    """Colour bar as high as its axes."""
    figure = ax.get_figure()
    assert figure is not None
    bar = figure.colorbar(drawn, cax=ax.inset_axes((1.03, 0.0, 0.045, 1.0)), extend=extend)
    bar.set_label(label)
    scale = cast(Any, drawn.norm)
    if is_equal_area(scale):
        # each a share of the map, not of the values: ticks at round values would stand on one another
        places = np.asarray(scale.inverse(np.linspace(0.0, 1.0, _SHARES)))
        decimals = max(0, 2 - int(np.floor(np.log10(places[-1] - places[0]))))
        bar.set_ticks(list(places), labels=[f"{value:.{decimals}f}".replace("-", "\N{MINUS SIGN}") for value in places])
        bar.minorticks_off()
