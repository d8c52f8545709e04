"""Draw two bodies inverted separately, jointly, and with a drill hole: python docs/draw_joint_inversion.py.

Writes docs/joint_inversion.png: sections from west to east through both bodies, susceptibility above and density below.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import geoinv
from geoinv.constraints import DrillHoles, apply_constraints
from geoinv.experiments.shared.figures import panels

__all__ = ["draw", "drilled", "nmse", "problem"]

POSITIVE = {name: geoinv.Property(bounds=(0.0, np.inf)) for name in ("susceptibility", "density")}
ROW = 14
"""Of cells, that the sections show."""


def problem() -> tuple[geoinv.Grid, dict[str, Any], list[geoinv.DataSet]]:
    """Cells of 50 m, models of two bodies, and data over them with 2 % noise."""
    grid = geoinv.Grid.regular((14, 28, 28), (50.0, 50.0, 50.0), (-700.0, 0.0, 0.0))
    easting, northing, upward = grid.centres
    first = (abs(easting - 425) < 150) & (abs(northing - 600) < 250) & (abs(upward + 200) < 100)
    second = (abs(easting - 975) < 150) & (abs(northing - 825) < 200) & (abs(upward + 250) < 100)
    truths = {"susceptibility": 0.05 * first + 0.03 * second, "density": 300.0 * first + 500.0 * second}
    north, east = (part.ravel() for part in np.meshgrid(grid.northing, grid.easting, indexing="ij"))
    magnetic = geoinv.Survey(east, north, np.full(east.size, 40.0), field=geoinv.MainField(65.0, 25.0, 50000.0))
    gravity = geoinv.Survey(east, north, np.full(east.size, 1.0), components=("gz",))
    random = np.random.default_rng(0)
    data_sets = []
    operators = geoinv.operators.Magnetics(grid, magnetic), geoinv.operators.Gravity(grid, gravity)
    for A, true in zip(operators, truths.values(), strict=True):
        clean = A(true)
        deviation = 0.02 * float(np.abs(clean).max())
        data_sets.append(geoinv.DataSet(A, clean + deviation * random.standard_normal(clean.shape), deviation))
    return grid, truths, data_sets


def drilled(grid: geoinv.Grid, density: Any) -> dict[str, geoinv.Property]:
    """What is asked of both properties where a hole through the eastern body has measured densities."""
    column = grid.touching([975.0], [725.0], [-25.0])[0, 0] % (28 * 28)
    values = density.reshape(14, -1)[::-1, column]
    rows = [f"east,{50 * k},{50 * k + 50},{value:g},25" for k, value in enumerate(values[:10])]
    with TemporaryDirectory() as folder:
        tables = {
            "collars": "hole_id,easting,northing,elevation,depth\neast,975,725,0,500",
            "surveys": "hole_id,depth,azimuth,dip\neast,0,0,-90",
            "intervals": "\n".join(["hole_id,from,to,density,uncertainty", *rows]),
        }
        paths = [Path(folder) / f"{name}.csv" for name in tables]
        for path, text in zip(paths, tables.values(), strict=True):
            path.write_text(text + "\n")
        known = apply_constraints(grid, [DrillHoles(*map(str, paths))], bounds=(0.0, np.inf), quantity="density")
    return {**POSITIVE, "density": geoinv.Property(known.regularizer(), known.bounds)}


def nmse(model: Any, truth: Any) -> float:
    """Squared error relative to the truth's square."""
    return float(np.sum((model - truth) ** 2) / np.sum(truth**2))


def draw(path: Path) -> None:
    """Invert in three ways and write the picture."""
    grid, truths, data_sets = problem()
    joint = geoinv.invert_jointly(data_sets, POSITIVE)
    with_hole = geoinv.invert_jointly(data_sets, drilled(grid, truths["density"]))
    shown = {
        "truth": truths,
        "separate": {name: solution.model for name, solution in joint.separate.items()},
        "joint": joint.models,
        "joint, with a drill hole": with_hole.models,
    }
    for name, models in shown.items():
        errors = {key: round(nmse(models[key], truth), 3) for key, truth in truths.items()}
        print(f"{name}: NMSE {errors}, structural error {geoinv.structural_error(grid, *models.values()):.3f}")
    print(joint.status, with_hole.status, sep="\n")
    with panels(path, 2, 4, size=(2.6, 1.6)) as axes:
        for row, (key, unit) in enumerate((("susceptibility", "SI"), ("density", "kg/m3"))):
            top = 0.6 * float(truths[key].max())
            for column, (name, models) in enumerate(shown.items()):
                ax = axes[row, column]
                ax.imshow(
                    models[key][:, ROW], origin="lower", extent=(0, 1400, -700, 0), vmin=0, vmax=top, cmap="magma_r"
                )
                ax.contour(grid.easting, grid.upward, truths[key][:, ROW] > 0, [0.5], colors="k", linewidths=0.6)
                ax.set_title(f"{name}\n{key}, to {top:g} {unit}", fontsize=7)
                ax.tick_params(labelsize=6)
                if column == 3 and row == 1:
                    ax.plot([975, 975], [0, -500], "c-", linewidth=1.0)


if __name__ == "__main__":
    draw(Path(__file__).with_name("joint_inversion.png"))
