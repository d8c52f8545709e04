"""The figures of the case of Wisconsin: python docs/cases/wisconsin.py tmi.nc pole.nc model.nc writes wisconsin.png."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from geoinv.experiments.shared.figures import panels
from geoinv.formats import read_mesh
from geoinv.view.residual_by_line import residual_by_line

__all__ = ["main"]


def main(gridded: Path, pole: Path, result: Path, picture: Path) -> None:
    """Print the residual by line, and draw the grids, the model and the residuals."""
    import xarray as xr

    grid = read_mesh(result)
    with xr.open_dataset(result) as data:
        model = np.nan_to_num(data["susceptibility"].to_numpy())
        normalized = ((data["tmi_observed"] - data["tmi_predicted"]) / data["tmi_uncertainty"]).to_numpy().ravel()
        lines = data["station_line"].to_numpy().astype(str)
        east, north = data["station_easting"].to_numpy(), data["station_northing"].to_numpy()
    found = residual_by_line(result)
    for one in found[:6]:
        print(f"| {one.line} | {one.data} | {one.rms:.2f} | {one.mean:.2f} | {one.largest:.1f} |")
    rms = np.array([one.rms for one in found])
    print(f"| median of {rms.size} lines | | {np.median(rms):.2f} | | |")
    # what the padding holds belongs to the surroundings of the survey
    rows, columns = (
        (at > stations.min()) & (at < stations.max()) for at, stations in ((grid.northing, north), (grid.easting, east))
    )
    inside = model * rows[:, None] * columns
    place = np.unravel_index(int(np.argmax(inside)), model.shape)
    print(f"{model.size:,} cells; largest {inside.max():.4f} SI at {grid.easting[place[2]]:.0f}, ", end="")
    print(f"{grid.northing[place[1]]:.0f}, elevation {grid.upward[place[0]]:.0f} m")
    strong = np.flatnonzero(inside[:, place[1], place[2]] > 0.5 * inside.max())
    print(f"there, more than half of it from {grid.upward[strong[-1]]:.0f} m down; ", end="")
    held = inside.sum(axis=(1, 2)) * np.diff(grid.upward_edges)
    halves = np.flatnonzero(np.cumsum(held[::-1]) >= 0.5 * held.sum())[0]
    print(f"half of all above {grid.upward[::-1][halves]:.0f} m")
    with panels(picture, 2, 3, size=(3.7, 2.7)) as axes:
        axes[0, 0].figure.get_layout_engine().set(w_pad=0.1)
        peaks = []
        for ax, path, title in zip(
            axes[0], (gridded, pole), ("gridded (nT)", "reduced to the pole (nT)"), strict=False
        ):
            with xr.open_dataset(path) as data:
                name = next(str(of) for of in data.data_vars if data[of].ndim == 2)
                values = data[name].transpose("northing", "easting").to_numpy()
                x, y = data["easting"].to_numpy(), data["northing"].to_numpy()
            row, column = np.unravel_index(int(np.nanargmax(values)), values.shape)
            peaks.append((x[column], y[row]))
            drawn = ax.pcolormesh(x, y, values, cmap="RdBu_r", vmin=-500, vmax=500)
            ax.plot(east, north, ".", color="0.3", markersize=0.8)
            ax.set_title(title, fontsize=8)
            ax.figure.colorbar(drawn, ax=ax, shrink=0.8).ax.tick_params(labelsize=6)
        print(f"largest value gridded at {peaks[0][0]:.0f}, {peaks[0][1]:.0f}; at the pole {peaks[1][0]:.0f}, ", end="")
        print(
            f"{peaks[1][1]:.0f}: {peaks[1][0] - peaks[0][0]:.0f} m east, {peaks[1][1] - peaks[0][1]:.0f} m north of it"
        )
        level = int(np.abs(grid.upward - (grid.upward_edges[-1] - 1000.0)).argmin())
        look = {"cmap": "magma_r", "vmin": 0.0, "vmax": inside.max()}
        plan = axes[0, 2].pcolormesh(grid.easting_edges, grid.northing_edges, model[level], **look)
        axes[0, 2].axhline(grid.northing[place[1]], color="#00796b", linewidth=0.8)
        axes[0, 2].set_title(f"susceptibility (SI) at {grid.upward[level]:.0f} m", fontsize=8)
        axes[0, 2].figure.colorbar(plan, ax=axes[0, 2], shrink=0.8).ax.tick_params(labelsize=6)
        drawn = axes[1, 0].scatter(east, north, c=normalized, s=3.0, cmap="RdBu_r", vmin=-4, vmax=4)
        for one in found[:3]:
            on = np.flatnonzero(lines == one.line)
            last = on[np.argmax(north[on])]
            axes[1, 0].annotate(one.line, (east[last], north[last]), fontsize=5)
        axes[1, 0].set_title("residual / standard deviation", fontsize=8)
        axes[1, 0].figure.colorbar(drawn, ax=axes[1, 0], shrink=0.8).ax.tick_params(labelsize=6)
        in_order = sorted(found, key=lambda one: one.line)
        worst = {one.line for one in found[:3]}
        axes[1, 1].barh(
            np.arange(len(found)),
            [one.rms for one in in_order],
            color=["#d95f02" if one.line in worst else "#00796b" for one in in_order],
        )
        axes[1, 1].axvline(1.0, color="k", linewidth=0.8)
        named = [at for at, one in enumerate(in_order) if one.line in worst]
        axes[1, 1].set_yticks(named, [in_order[at].line for at in named])
        axes[1, 1].set_title("the same by line, root mean square", fontsize=8)
        section = axes[1, 2]
        section.pcolormesh(grid.easting_edges, grid.upward_edges, model[:, place[1]], **look)
        section.set_title("along the green line", fontsize=8)
        section.set_ylabel("upward (m)", fontsize=6)
        section.set_xlim(east.min(), east.max())
        for ax in (*axes[0], axes[1, 0]):
            ax.set_xlim(east.min(), east.max())
            ax.set_ylim(north.min(), north.max())
            ax.set_aspect("equal")
        for ax in axes.ravel():
            ax.tick_params(labelsize=6)
            if ax is not axes[1, 1]:
                ax.locator_params(nbins=5)
                ax.ticklabel_format(useOffset=False, style="plain")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), Path(__file__).with_suffix(".png"))
