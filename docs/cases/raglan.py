"""Figures of the case of Raglan: python docs/cases/raglan.py smooth.nc compact.nc maginv3d.sus writes raglan.png."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from geoinv.experiments.shared.figures import panels
from geoinv.formats import read_mesh, read_model

__all__ = ["main"]


def main(smooth: Path, compact: Path, published: Path, picture: Path) -> None:
    """Print what the models have in common with the published one, and draw them."""
    import xarray as xr

    grid = read_mesh(smooth)
    with xr.open_dataset(compact) as data:
        deviation = data["susceptibility_standard_deviation"].to_numpy()
        mean = data["susceptibility_mean"].to_numpy()
    models = {
        "published, 1997": read_model(published, grid),
        "smooth": read_model(smooth, grid),
        "compact": read_model(compact, grid),
    }
    for title, model in models.items():
        volume = int(np.count_nonzero(model > 0.5 * model.max()))
        half = int(np.count_nonzero(np.cumsum(np.sort(model.ravel())[::-1]) < 0.5 * model.sum()))
        alike = np.corrcoef(model.sum(axis=0).ravel(), models["published, 1997"].sum(axis=0).ravel())[0, 1]
        print(f"| {title} | {model.max():.3f} | {volume} | {half} | {alike:.2f} |")
    strong = mean > 0.25 * mean.max()
    relative = np.median(deviation[strong] / mean[strong])
    print(f"{np.count_nonzero(strong)} cells of the mean above a quarter of its maximum, {mean.max():.3f}: ", end="")
    print(
        f"standard deviation {relative:.0%} of it in the median; {np.mean(deviation == 0.0):.0%} of the cells have none"
    )
    row = int(np.argmax(models["smooth"].max(axis=0)[:, 5:-5].max(axis=1)))  # the strongest lie on the edge
    shown = {**models, "standard deviation": deviation}
    with panels(picture, 2, 4, size=(2.5, 2.0)) as axes:
        for (above, below), (title, model) in zip(axes.T, shown.items(), strict=True):
            above.pcolormesh(
                grid.easting_edges, grid.northing_edges, model.max(axis=0), cmap="magma_r", vmin=0, vmax=0.3
            )
            above.axhline(grid.northing[row], color="#00796b", linewidth=0.8)
            above.set_aspect("equal")
            above.set_title(title, fontsize=8)
            drawn = below.pcolormesh(
                grid.easting_edges, grid.upward_edges, model[:, row], cmap="magma_r", vmin=0, vmax=0.3
            )
            for ax in (above, below):
                ax.tick_params(labelsize=6)
        axes[0, 0].set_ylabel("northing (m), largest of each column", fontsize=6)
        axes[1, 0].set_ylabel("upward (m), along the line", fontsize=6)
        axes[1, 0].figure.colorbar(drawn, ax=axes[:, 3], label="SI", shrink=0.8)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), Path(__file__).with_suffix(".png"))
