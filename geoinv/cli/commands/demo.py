"""Command ``demo``: invert the survey that comes with geoinv, and compare with the model that made it."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt
import typer

from geoinv.cli.commands.invert import say_solution
from geoinv.cli.support.inputs import make_operator
from geoinv.cli.support.meshes import say_mesh
from geoinv.cli.support.outputs import make_folder, provenance, write_result
from geoinv.cli.support.progress_display import progress_shown
from geoinv.cli.support.terminal import cost, fail, say

if TYPE_CHECKING:
    from geoinv.datasets import Demo

__all__ = ["compare_with_bodies", "demo"]

Array = npt.NDArray[np.float64]


def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for model.nc and model.png.")] = Path("demo"),
) -> None:
    """Invert a survey with a known answer: four bodies under hills.

    Example: geoinv demo --out demo
    """
    from geoinv.datasets import demo_survey
    from geoinv.formats import write_netcdf
    from geoinv.inversion.invert import invert
    from geoinv.view import view

    began = time.perf_counter()
    model, picture = out / "model.nc", out / "model.png"
    make_folder(out, (model.name, picture.name))
    example = demo_survey()
    say("survey", f"{example.survey.stations} stations over four bodies under hills, TMI with noise")
    say_mesh("as in data/demo.msh", example.grid)
    A = make_operator(example.grid, example.survey, "auto", None)
    assert example.survey.data is not None, "the demo has data"
    assert example.survey.uncertainty is not None, "and says how noisy they are"
    with progress_shown("inversion"):
        solution = invert(A, example.survey.data, example.survey.uncertainty, bounds=(0.0, math.inf))
    result = solution.to_xarray(provenance(context, []))
    written = write_result(model, lambda path: write_netcdf(path, result))
    say_solution(solution)
    say("bodies", compare_with_bodies(example, solution.model))
    written.confirm()
    if not solution.reached:
        raise typer.Exit(fail(f"{solution.status}; {model} holds the last model"))
    drawn = view(result, picture)
    say("cost", cost(began))
    say("wrote", f"{model}\n{drawn.removeprefix('Wrote ').removesuffix('.')}")


def compare_with_bodies(example: Demo, model: Array) -> str:
    """Table of the true bodies beside what a model has in their place.

    Each cell counts for the body that it is nearest to. The centre is that of susceptibility times
    volume over the cells above half the maximum there; the moment is susceptibility times volume.

    Parameters
    ----------
    example : Demo
        The survey with its true model.
    model : (upward, northing, easting) array
        Recovered susceptibility.

    Returns
    -------
    str
        A line a body.
    """
    from scipy.spatial import cKDTree

    from geoinv.datasets import BODIES

    grid = example.grid
    active = grid.active
    axes = np.meshgrid(grid.upward, grid.northing, grid.easting, indexing="ij")
    points = np.stack([axis[active] for axis in axes], axis=-1)
    true, found, volumes = example.true_model[active], model[active], grid.volumes[active]
    masks = [true == body.susceptibility for body in BODIES]
    nearest = np.argmin([cKDTree(points[mask]).query(points)[0] for mask in masks], axis=0)
    lines = [f"{'':<8}{'true SI':>8}{'found at most':>15}{'moment found':>14}{'centre off by':>15}"]
    for number, (body, mask) in enumerate(zip(BODIES, masks, strict=True)):
        here = nearest == number
        core = here & (found > 0.5 * found[here].max())
        shift = np.average(points[core], axis=0, weights=(found * volumes)[core])
        distance = float(np.linalg.norm(shift - np.average(points[mask], axis=0, weights=(true * volumes)[mask])))
        moment = float((found * volumes)[here].sum() / (true * volumes)[mask].sum())
        row = f"{body.name:<8}{body.susceptibility:>8.3f}{found[here].max():>15.3f}{moment:>14.0%}{distance:>13.0f} m"
        lines.append(row)
    return "\n".join(lines)
