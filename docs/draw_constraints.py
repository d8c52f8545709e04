"""The worked example of docs/constraints.md: python docs/draw_constraints.py writes docs/constraints.png.

A dipping magnetic body under barren cover, sought from its field alone, with a drill hole that pierces it, and with the
base of the cover and a wireframe of the body as well. Each is inverted smooth, sparse and compact.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import geoinv
from geoinv.constraints import Body, Constrained, DrillHoles, Layer, Layers, apply_constraints
from geoinv.experiments.shared.figures import panels
from geoinv.formats import collected
from geoinv.formats.triangles import Triangles
from geoinv.regularizers.registry import regularizer_of

__all__ = ["inverted", "problem"]

GRID = geoinv.Grid.regular((14, 24, 24), (25.0, 25.0, 25.0), (-350.0, 0.0, 0.0))
TRUE = 0.06

COLLARS = "hole_id,easting,northing,elevation,depth\nDH-1,230,300,0,330\n"
SURVEYS = "hole_id,depth,azimuth,dip\nDH-1,0,90,-75\nDH-1,150,92,-68\nDH-1,330,94,-62\n"

FACES = ((0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))


def body(swell: float = 0.0) -> Triangles:
    """The body, a slab that dips to the east, or one that is larger all around by so many metres."""
    low, high = np.array([190.0, 200.0, -250.0]) - swell, np.array([290.0, 400.0, -75.0]) + swell
    corners = [[(low, high)[x][0], (low, high)[y][1], (low, high)[z][2]] for z in (0, 1) for x, y in _round()]
    vertices = np.array(corners)
    vertices[:, 0] += 0.7 * (-75.0 - vertices[:, 2])
    return Triangles.welded(vertices, np.array([part for a, b, c, d in FACES for part in ((a, b, c), (a, c, d))]))


def _round() -> tuple[tuple[int, int], ...]:
    return ((0, 0), (1, 0), (1, 1), (0, 1))


def problem() -> tuple[Any, Any, Any]:
    """Operator, data with 1 nT of noise, and the true model."""
    easting, northing = np.meshgrid(GRID.easting, GRID.northing)
    field = geoinv.MainField(65.0, 25.0, 50000.0)
    survey = geoinv.Survey(easting.ravel(), northing.ravel(), np.full(easting.size, 20.0), field=field)
    A = geoinv.operators.Magnetics(GRID, survey, engine="gridded")
    true = apply_constraints(GRID, [Body(body(), value=TRUE)]).reference
    return A, A(true) + np.random.default_rng(3).standard_normal(A.range_shape), true


def tables(folder: Path, true: Any) -> DrillHoles:
    """The drill hole, logged every 5 m with an error of 5 %."""
    from geoinv.constraints.drill_holes import read_holes

    paths = [folder / name for name in ("collars.csv", "surveys.csv", "intervals.csv")]
    paths[0].write_text(COLLARS)
    paths[1].write_text(SURVEYS)
    path = read_holes(*paths[:2])["dh-1"].path
    begin = np.arange(0.0, 330.0, 5.0)
    values = true.ravel()[GRID.touching(*path.at(begin + 2.5).T)[:, 0]]
    logged = values * (1.0 + 0.05 * np.random.default_rng(5).standard_normal(values.size))
    rows = [f"DH-1,{top},{top + 5},{value:.6f},0.003" for top, value in zip(begin, logged, strict=True)]
    paths[2].write_text("\n".join(["hole_id,from,to,susceptibility,uncertainty", *rows, ""]))
    return DrillHoles(*paths)


def knowledge(holes: DrillHoles) -> dict[str, list[Any]]:
    """What is known, from nothing to all of it."""
    base = [[0.0, 0.0, -50.0], [600.0, 600.0, -50.0], [0.0, 600.0, -50.0], [600.0, 0.0, -50.0]]
    air = [[0.0, 0.0, 0.0], [600.0, 600.0, 0.0], [0.0, 600.0, 0.0], [600.0, 0.0, 0.0]]
    cover = Layers((Layer(air, bounds=(0.0, 0.0)), Layer(base, bounds=(0.0, 0.005))))
    return {
        "field alone": [],
        "a drill hole": [holes],
        "hole, cover and wireframe": [cover, Body(body(swell=25.0), bounds=(0.0, 0.1)), holes],
    }


def inverted(known: Constrained, name: str, A: Any, data: Any) -> Any:
    """Solution by a regularizer of a name."""
    return geoinv.invert(A, data, 1.0, known.regularizer(regularizer_of(name)), bounds=known.bounds)


def main(path: Path) -> None:
    """Invert, print a table and write the picture."""
    A, data, true = problem()
    with TemporaryDirectory() as folder, collected():
        known = {
            title: apply_constraints(GRID, what, bounds=(0.0, np.inf), quantity="susceptibility")
            for title, what in knowledge(tables(Path(folder), true)).items()
        }
    models = {"truth": true}
    for name in ("smooth", "sparse", "compact"):
        for title, constrained in known.items():
            solution = inverted(constrained, name, A, data)
            if name != "compact":
                models[f"{name}: {title}"] = solution.model
            error = float(((solution.model - true) ** 2).sum() / (true**2).sum())
            measured = known["a drill hole"]
            agree, drilled = measured.within_uncertainty(solution.model)
            print(f"| {name} | {title} | {error:.2f} | {solution.chi2_per_datum:.3f} | {agree} of {drilled} |")
    hole = known["a drill hole"].paths[0].points
    with panels(path, 2, 4, size=(2.6, 1.7)) as axes:
        for place in axes.ravel():
            place.set_axis_off()
        places = [axes[0, 0], *axes[0, 1:], *axes[1, 1:]]
        for ax, (title, model) in zip(places, models.items(), strict=True):
            ax.set_axis_on()
            drawn = ax.pcolormesh(
                GRID.easting_edges, GRID.upward_edges, model[:, 12], cmap="magma_r", vmin=0.0, vmax=TRUE
            )
            ax.plot(hole[:, 0], hole[:, 2], color="#00796b", linewidth=1.2)
            ax.set_title(title, fontsize=7)
            ax.tick_params(labelsize=6)
        axes[0, 0].set_ylabel("upward (m)", fontsize=6)
        axes[0, 0].figure.colorbar(drawn, ax=axes[1, 0], location="right", label="SI", shrink=0.8)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("constraints.png"))
