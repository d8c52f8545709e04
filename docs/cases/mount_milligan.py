"""The figures of the case of Mount Milligan: python docs/cases/mount_milligan.py milligan.nc writes the PNG."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoinv.experiments.shared.figures import panels
from geoinv.formats import read_mesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoinv.meshes import TensorMesh

__all__ = ["PLACES", "body", "main"]

PLACES = {
    "the deposit, by the README of the data": (436258.0, 6108850.0),
    "Southern Star, by MINFILE": (434231.0, 6108205.0),
}
"""Easting and northing (NAD27, UTM zone 10N); MINFILE 093N 191 has 434148, 6108415 in NAD83."""


def body(grid: TensorMesh, model: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Where the upper half of the strong rock is.

    Returns
    -------
    float, float, float
        Easting, northing and upward of the centre of susceptibility, of the cells above half of the largest one, above
        the level that halves what these hold.
    float
        That level.
    """
    widths = (np.diff(edges) for edges in (grid.upward_edges, grid.northing_edges, grid.easting_edges))
    held = np.where(model > 0.5 * model.max(), model, 0.0) * np.prod(np.meshgrid(*widths, indexing="ij"), axis=0)
    from_the_top = np.cumsum(held.sum(axis=(1, 2))[::-1])[::-1]
    median = float(grid.upward[np.flatnonzero(from_the_top >= 0.5 * held.sum())[-1]])
    upper = held[grid.upward >= median]
    east, north, up = (
        float(np.average(at, weights=upper.sum(axis=others)))
        for at, others in (
            (grid.easting, (0, 1)),
            (grid.northing, (0, 2)),
            (grid.upward[grid.upward >= median], (1, 2)),
        )
    )
    return east, north, up, median


def main(result: Path, picture: Path) -> None:
    """Print where the magnetic rock is, and draw the data, what the model makes of them, and sections of the model."""
    import xarray as xr

    grid = read_mesh(result)
    with xr.open_dataset(result) as data:
        model = np.nan_to_num(data["susceptibility"].to_numpy())
        east, north = data["station_easting"].to_numpy(), data["station_northing"].to_numpy()
        observed, predicted = data["tmi_observed"].to_numpy().ravel(), data["tmi_predicted"].to_numpy().ravel()
        normalized = (observed - predicted) / data["tmi_uncertainty"].to_numpy().ravel()
    ground = grid.upward_edges[-1]
    # what the padding holds belongs to the surroundings of the survey
    rows, columns = (
        (at > stations.min()) & (at < stations.max()) for at, stations in ((grid.northing, north), (grid.easting, east))
    )
    inside = model * rows[:, None] * columns
    x, y, up, median = body(grid, inside)
    peak = east[np.argmax(observed)], north[np.argmax(observed)]
    print(f"{model.size:,} cells; strongest {inside.max():.3f} SI; anomaly {observed.max():.0f} nT at ", end="")
    print(f"{peak[0]:.0f}, {peak[1]:.0f}")
    print(f"upper half of the body, down to {ground - median:.0f} m: centre {x:.0f}, {y:.0f}, ", end="")
    print(f"{ground - up:.0f} m below the ground")
    near = np.hypot(east - peak[0], north - peak[1]) < 2500.0
    print(f"chi^2/N {np.mean(normalized[near] ** 2):.1f} within 2.5 km of the anomaly, ", end="")
    print(f"{np.mean(normalized[~near] ** 2):.2f} elsewhere")
    shallow = model[grid.upward > ground - 300.0].mean(axis=0)
    level = shallow[np.ix_(rows, columns)]
    for title, place in {"the anomaly": peak, **PLACES}.items():
        at = np.abs(grid.northing - place[1]).argmin(), np.abs(grid.easting - place[0]).argmin()
        print(f"| {title} | {np.hypot(x - place[0], y - place[1]) / 1e3:.1f} | {shallow[at]:.4f} | ", end="")
        print(f"{np.mean(level < shallow[at]):.0%} |")
    with panels(picture, 2, 2, size=(4.6, 3.6)) as axes:
        axes[0, 0].figure.get_layout_engine().set(w_pad=0.15)
        for ax, values, title, limit in (
            (axes[0, 0], observed, "total field less IGRF (nT)", 2000.0),
            (axes[0, 1], normalized, "residual / standard deviation", 6.0),
        ):
            drawn = ax.scatter(east, north, c=values, s=3.0, marker="s", cmap="RdBu_r", vmin=-limit, vmax=limit)
            ax.figure.colorbar(drawn, ax=ax).ax.tick_params(labelsize=6)
            ax.set_title(title, fontsize=8)
        layer = int(np.abs(grid.upward - up).argmin())
        column = int(np.abs(grid.easting - peak[0]).argmin())
        look = {"cmap": "magma_r", "vmin": 0.0, "vmax": inside.max()}
        drawn = axes[1, 0].pcolormesh(grid.easting_edges, grid.northing_edges, model[layer], **look)
        axes[1, 0].set_title(f"susceptibility (SI) {ground - grid.upward[layer]:.0f} m below the ground", fontsize=8)
        axes[1, 0].axvline(grid.easting[column], color="#00796b", linewidth=0.8)
        axes[1, 0].figure.colorbar(drawn, ax=axes[1, 0]).ax.tick_params(labelsize=6)
        section = axes[1, 1]
        drawn = section.pcolormesh(grid.northing_edges, grid.upward_edges - ground, model[:, :, column], **look)
        section.set_title("along the green line, from south to north", fontsize=8)
        section.set_xlim(north.min(), north.max())
        section.set_ylabel("height above the ground (m)", fontsize=6)
        section.figure.colorbar(drawn, ax=section).ax.tick_params(labelsize=6)
        for (title, place), mark in zip(PLACES.items(), "P^", strict=True):
            for ax in axes.ravel()[:3]:
                ax.plot(*place, mark, color="k", markersize=5.0, markeredgecolor="w", label=title)
            section.plot(place[1], 60.0, mark, color="k", markersize=5.0, clip_on=False)
        axes[0, 0].legend(fontsize=5, loc="lower right")
        for ax in axes.ravel()[:3]:
            ax.plot(x, y, "o", color="none", markeredgecolor="#00796b", markersize=7.0)
            ax.set_xlim(east.min(), east.max())
            ax.set_ylim(north.min(), north.max())
            ax.set_aspect("equal")
            ax.set_ylabel("northing (m)", fontsize=6)
        for ax in axes.ravel():
            ax.tick_params(labelsize=6)
            ax.locator_params(nbins=5)
            ax.ticklabel_format(useOffset=False, style="plain")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).with_suffix(".png"))
