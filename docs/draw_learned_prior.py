"""Draw smooth, sparse and learned models of three surveys side by side, and print how they compare.

``python docs/draw_learned_prior.py [FOLDER]`` writes docs/learned_prior.png: the demo, whose truth is known, and from
the folder of real surveys Raglan (beside the published model) and the middle of Mount Milligan. The models of a
survey fit its data to the same chi^2/N.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import geoinv
from geoinv.datasets.demo import demo_survey
from geoinv.experiments.shared.figures import panels
from geoinv.experiments.shared.measures import nmse
from geoinv.formats import read_mesh, read_model, read_survey
from geoinv.learned import GeologyPrior
from geoinv.operators import Magnetics
from geoinv.regularizers.registry import regularizer_of

__all__ = ["Case", "cases", "draw"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A survey to invert.

    Attributes
    ----------
    name : str
    mesh : Grid
    survey : Survey
        With data and standard deviations.
    target : float
        chi^2/N.
    known : array or None
        A model to compare with.
    knows : str
        What that is.
    """

    name: str
    mesh: geoinv.Grid
    survey: geoinv.Survey
    target: float
    known: Array | None
    knows: str


def cases(folder: Path | None) -> list[Case]:
    """The demo, and the real surveys of a folder."""
    demo = demo_survey()
    found = [Case("demo", demo.grid, demo.survey, 1.0, demo.true_model, "truth")]
    if folder is None:
        return found
    raglan = folder / "raglan_1997"
    mesh = read_mesh(raglan / "mesh.msh")
    published = read_model(raglan / "maginv3d.sus", mesh)
    found.append(Case("Raglan", mesh, read_survey(raglan / "obs.mag"), 27.0, published, "published model (MAG3D 1997)"))
    found.append(_mount_milligan(folder / "mount_milligan_1991" / "mount_milligan_crop_12km.csv"))
    return found


def _mount_milligan(path: Path) -> Case:
    """The middle 5 km of a grid of the total field, every second node, 120 m above flat ground."""
    table = np.genfromtxt(path, delimiter=",", names=True)
    easting, northing = table["easting_m"], table["northing_m"]
    middle = [0.5 * (axis.min() + axis.max()) for axis in (easting, northing)]
    near = (np.abs(easting - middle[0]) < 2500.0) & (np.abs(northing - middle[1]) < 2500.0)
    for axis in (easting, northing):
        near &= np.round((axis - axis.min()) / 100.0) % 2 == 0
    data = table["anomaly_nt"][near]
    data = (data - np.median(data))[None]
    deviation = 10.0 + 0.05 * np.abs(data)
    field = geoinv.MainField(75.01, 24.41, 58185.0)
    survey = geoinv.Survey(easting[near], northing[near], np.full(data.size, 120.0), field=field)
    corner = (-1600.0, northing[near].min() - 300.0, easting[near].min() - 300.0)
    side = int(np.ceil((np.ptp(easting[near]) + 600.0) / 200.0))
    mesh = geoinv.Grid.regular((16, side, side), (100.0, 200.0, 200.0), corner)
    return Case("Mount Milligan", mesh, survey.with_data(data, deviation), 1.0, None, "")


def draw(path: Path, shown: list[Case]) -> None:
    """Invert each survey with each regularizer, write the picture and print the figures."""
    regularizers: dict[str, Any] = {
        "smooth": regularizer_of("smooth"),
        "total variation": regularizer_of("total-variation"),
        "learned": GeologyPrior(),
    }
    with panels(path, 2 * len(shown), len(regularizers) + 1, size=(2.5, 1.45)) as axes:
        for place in axes.ravel():
            place.set_axis_off()
        for number, case in enumerate(shown):
            operator = Magnetics(case.mesh, case.survey)
            models: dict[str, Array | None] = {case.knows: case.known}
            for name, phi in regularizers.items():
                solution = geoinv.invert(
                    operator, case.survey.data, case.survey.uncertainty, phi, bounds=(0.0, np.inf), target=case.target
                )
                models[name] = solution.model
                print(f"{case.name}, {name}: chi^2/N {solution.chi2_per_datum:.3f}{_beside(case, solution.model)}")
                for doubt in solution.doubts:
                    print(f"    {doubt}")
            _draw_case(axes[2 * number : 2 * number + 2], case, models)


def _beside(case: Case, model: Array) -> str:
    if case.known is None:
        return ""
    active = case.mesh.active
    found, known = model[active], case.known[active]
    error = nmse(found[None], known[None])
    correlation = np.corrcoef(found, known)[0, 1]
    return f", correlation with {case.knows} {correlation:.2f}, NMSE {error:.2f}"


def _draw_case(axes: Any, case: Case, models: dict[str, Array | None]) -> None:
    """Sections above, slices below, where the smooth model has most rock."""
    grid, smooth = case.mesh, models["smooth"]
    assert smooth is not None
    edge = max(1, grid.shape[1] // 8)
    row = edge + int(np.argmax(np.sum(smooth**2, axis=(0, 2))[edge:-edge]))
    layer = int(np.argmax(np.sum(smooth**2, axis=(1, 2))))
    largest = max(np.quantile(model[grid.active], 0.999) for model in models.values() if model is not None)
    easting, northing, upward = (grid.edges(axis) / 1000.0 for axis in ("easting", "northing", "upward"))
    for column, (name, model) in enumerate(models.items()):
        if model is None:
            continue
        known = np.where(grid.active, model, np.nan)
        cuts = ((upward, known[:, row]), (northing, known[layer]))
        for ax, (vertical, values) in zip(axes[:, column], cuts, strict=True):
            ax.set_axis_on()
            ax.set_facecolor("0.85")
            ax.pcolormesh(easting, vertical, values, cmap="magma_r", vmin=0.0, vmax=largest)
            ax.set(xticks=[], yticks=[], aspect="equal")
        title = f"{case.name}: {name}\n0 to {largest:.2g} SI" if column < 2 else name
        axes[0, column].set_title(title, fontsize=8)


if __name__ == "__main__":
    draw(
        Path(__file__).resolve().parent / "learned_prior.png",
        cases(Path(sys.argv[1]) if len(sys.argv) > 1 else None),
    )
