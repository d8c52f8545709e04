"""The figures of the case of Laguna del Maule: python docs/cases/laguna_del_maule.py laguna.nc writes the PNG."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from geoinv.experiments.shared.figures import panels
from geoinv.formats import read_mesh

__all__ = ["main"]


def main(result: Path, picture: Path) -> None:
    """Print where the light body is and how deep the data see, and draw both."""
    import xarray as xr

    grid = read_mesh(result)
    with xr.open_dataset(result) as data:
        density = data["density"].to_numpy()
        index = data["depth_of_investigation_index"].to_numpy()
        east, north = data["station_easting"].to_numpy(), data["station_northing"].to_numpy()
    place = np.unravel_index(int(np.nanargmin(density)), density.shape)
    _, row, column = place
    print(f"lightest cell {density[place]:.0f} kg/m3 at {grid.easting[column]:.0f}, {grid.northing[row]:.0f}, ", end="")
    print(f"{grid.upward[place[0]]:.0f} m; whole model {np.nanmin(density):.0f} to {np.nanmax(density):.0f}")
    volumes = np.prod(np.meshgrid(*(np.diff(e) for e in edges(grid)), indexing="ij"), axis=0)
    light = density < 0.5 * np.nanmin(density)
    upward = np.broadcast_to(grid.upward[:, None, None], density.shape)[light]
    print(
        f"below half of it: {volumes[light].sum() / 1e9:.1f} km3, from {upward.min():.0f} to {upward.max():.0f} m; ",
        end="",
    )
    print(
        f"index there {np.median(index[light]):.2f} in the median, {np.mean(index[light] <= 0.2):.0%} of it at most 0.2"
    )
    seen = grid.upward[np.flatnonzero(index[:, row, column] <= 0.2)]
    if seen.size:
        print(f"below the lightest cell the index is at most 0.2 down to {seen.min():.0f} m")
    with panels(picture, 1, 2, size=(4.4, 3.2)) as axes:
        plan, section = axes[0]
        level = density[place[0]]
        look = {"cmap": "RdBu_r", "vmin": -400.0, "vmax": 400.0}
        plan.pcolormesh(grid.easting_edges, grid.northing_edges, level, **look)
        plan.plot(east, north, ".", color="0.2", markersize=2.0)
        plan.axhline(grid.northing[row], color="#00796b", linewidth=0.8)
        plan.set_aspect("equal")
        plan.set_title(f"at {grid.upward[place[0]]:.0f} m, with the stations", fontsize=8)
        drawn = section.pcolormesh(grid.easting_edges, grid.upward_edges, density[:, row], **look)
        section.contour(grid.easting, grid.upward, index[:, row], [0.2], colors="k", linestyles="--", linewidths=0.8)
        section.set_title("along the line; dashed: depth of investigation", fontsize=8)
        for ax in (plan, section):
            ax.tick_params(labelsize=6)
            ax.locator_params(nbins=5)
            ax.ticklabel_format(useOffset=False, style="plain")
        section.figure.colorbar(drawn, ax=section, label="density contrast (kg/m3)")


def edges(grid: object) -> list[np.ndarray]:
    """Edges of the cells along upward, northing and easting."""
    return [np.asarray(getattr(grid, f"{axis}_edges")) for axis in ("upward", "northing", "easting")]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).with_suffix(".png"))
