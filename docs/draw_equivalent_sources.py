"""Draw the figure of equivalent_sources.md from the airborne survey of Raglan, Quebec (MIT licence).

``python docs/draw_equivalent_sources.py [obs.mag]``; the file stands in ``../shared/data`` by default.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt

from geoinv import EquivalentSources
from geoinv.equivalent_sources.grid import grid_of
from geoinv.equivalent_sources.nodes import nodes_over
from geoinv.formats import read_survey

HERE = Path(__file__).resolve().parent
SURVEY = HERE.parents[1] / "shared" / "data" / "raglan_1997" / "obs.mag"
SPACING = 25.0
PANELS = (
    ("tmi", "TMI (nT)"),
    ("tmi_pole", "TMI reduced to the pole (nT)"),
    ("total_gradient", "total gradient (nT/m)"),
)


def main(path: Path) -> None:
    """Fit once, predict three grids, draw them."""
    survey = read_survey(path)
    sources = EquivalentSources().fit(survey)
    print(sources.spacing, sources.validation, sources.solution.status, sep="\n")
    nodes = nodes_over(survey, SPACING, sources.spacing.gap)
    data = grid_of(sources, nodes, ["tmi", "total_gradient"]).merge(
        grid_of(sources, nodes, pole=True), compat="override", combine_attrs="override"
    )
    figure, axes = plt.subplots(1, 3, figsize=(12.0, 4.6), sharey=True, layout="constrained")
    for ax, (name, label) in zip(axes, PANELS, strict=True):
        low, high = data[name].quantile([0.01, 0.99]).values
        extent = [1e-3 * float(end) for axis in ("easting", "northing") for end in data[axis][[0, -1]]]
        drawn = ax.imshow(data[name], origin="lower", extent=extent, vmin=low, vmax=high, cmap="viridis")
        ax.set(title=label, xlabel="easting (km)")
        figure.colorbar(drawn, ax=ax, shrink=0.8)
    axes[0].scatter(1e-3 * survey.easting, 1e-3 * survey.northing, s=0.3, color="black", alpha=0.5)
    axes[0].set_ylabel("northing (km)")
    figure.savefig(HERE / "equivalent_sources.png", dpi=90)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SURVEY)
