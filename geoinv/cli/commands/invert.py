"""Command ``invert``: the model that fits a survey."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from geoinv.cli.support.checkpoints import Checkpoints, ResumeOption
from geoinv.cli.support.constraints import (
    BodyOption,
    CellsOption,
    GivenConstraints,
    HolesOption,
    LayerOption,
    say_held,
)
from geoinv.cli.support.ensemble import EnsembleOption, ensemble_of, ensemble_seconds, refuse_ensemble, say_ensemble
from geoinv.cli.support.inputs import load_initial, load_reference, load_survey, load_topography, make_operator
from geoinv.cli.support.investigation import DoiOption, investigated, say_investigation
from geoinv.cli.support.jobs import JobOutOption, WriteJobOption, runs_jobs
from geoinv.cli.support.meshes import MeshKind, MeshOption, mesh_for, refuse_impossible_choice
from geoinv.cli.support.noise import noise_of, noise_text, noisy_data
from geoinv.cli.support.options import (
    RTOL_HELP,
    ColumnsOption,
    DemagnetizationOption,
    ElevationOption,
    EngineOption,
    EveryOption,
    FieldOption,
    HeightOption,
)
from geoinv.cli.support.outputs import check_output, provenance, write_result
from geoinv.cli.support.plausible import (
    base_level_of,
    reference_of,
    refuse_crossed_bounds,
    refuse_impossible_bounds,
    refuse_impossible_rtol,
    refuse_outside_bounds,
    units_of,
    usual_bounds,
)
from geoinv.cli.support.progress_display import progress_shown
from geoinv.cli.support.ranks import (
    agree,
    found_here,
    others_end,
    place_among_ranks,
    ranks,
    refuse_over_ranks,
    say_traffic,
)
from geoinv.cli.support.regularization import (
    ClassesOption,
    NormsOption,
    RegularizerOption,
    SmallnessOption,
    SmoothnessOption,
    WeightingOption,
    WeightsOption,
    regularizer_from,
    regularizer_named,
)
from geoinv.cli.support.remanence import (
    SusceptibilityOption,
    add_remanence,
    load_susceptibility,
    susceptibility_of,
)
from geoinv.cli.support.terminal import cost, fail, say, warn
from geoinv.cli.support.unknown import said, sought
from geoinv.core.interrupts import interrupts_held

if TYPE_CHECKING:
    from geoinv.inversion.solution import Solution

__all__ = ["invert", "say_solution"]

Array = npt.NDArray[np.float64]

PHYSICS_RTOL = 1e-5
"""Error of the physics, relative to |A||m|: far below the noise of any survey, and half the time of an exact one."""


@runs_jobs
def invert(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="OBS|JOB", help="Survey: UBC .obs/.mag or .grv/.gra, CSV/XYZ or netCDF; or a job file (.toml)."
        ),
    ],
    out: JobOutOption = None,
    mesh: MeshOption = None,
    cell: Annotated[
        float | None,
        typer.Option(
            metavar="SIZE",
            help="In place of a mesh: cubes of SIZE metres over the survey, padded sideways. Without --topo the ground "
            "is flat, half a cell below the lowest station.",
        ),
    ] = None,
    depth: Annotated[
        float | None,
        typer.Option(metavar="D", help="With --cell: depth of the mesh in metres, below the lowest ground."),
    ] = None,
    mesh_kind: Annotated[
        MeshKind | None,
        typer.Option(
            help="With --cell: a tensor mesh, or an octree, whose cells widen with depth and distance from the "
            "stations.  [default: tensor]",
            show_default=False,
        ),
    ] = None,
    topo: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Ground: points x y z, a table, or netCDF. Cells above it are not active."),
    ] = None,
    target: Annotated[float, typer.Option(help="chi^2 per datum to reach.")] = 1.0,
    bounds: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="LOW HIGH",
            help="Lowest and highest susceptibility (SI), density contrast (kg/m3) or component of the magnetization "
            "(A/m).  [default: 0 and none for a susceptibility, none for others]",
        ),
    ] = None,
    unknown: Annotated[
        str | None,
        typer.Option(
            metavar="susceptibility|magnetization|density",
            help="What is sought: magnetization, a vector, where rocks are magnetized otherwise than along the field.  "
            "[default: susceptibility from magnetic data, density from gravity]",
        ),
    ] = None,
    noise: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help='Standard deviation of the data: "2% + 5" is 0.02 |d| + 5 nT (mGal).  [default: as in the file]',
        ),
    ] = None,
    field: FieldOption = None,
    columns: ColumnsOption = None,
    height: HeightOption = None,
    elevation: ElevationOption = None,
    base_level: Annotated[
        str,
        typer.Option(metavar="none|fit|VALUE", help="Constant in the data: none, fitted with the model, or a value."),
    ] = "none",
    every: EveryOption = 1,
    reference: Annotated[
        str, typer.Option(metavar="M", help="Reference model (SI, or kg/m3): a number, or a file on the same mesh.")
    ] = "0",
    initial: Annotated[
        str | None,
        typer.Option(
            metavar="M",
            help="Model to start from: a number, or a file on the same mesh, such as the result of an inversion with "
            "another regularizer, at whose beta the search then begins.  [default: the reference]",
            show_default=False,
        ),
    ] = None,
    cells: CellsOption = None,
    layer: LayerOption = None,
    body: BodyOption = None,
    holes: HolesOption = None,
    regularizer: RegularizerOption = None,
    norms: NormsOption = None,
    smallness: SmallnessOption = None,
    smoothness: SmoothnessOption = None,
    weighting: WeightingOption = "sensitivity",
    weights: WeightsOption = None,
    classes: ClassesOption = None,
    susceptibility: SusceptibilityOption = None,
    demagnetization: DemagnetizationOption = False,
    engine: EngineOption = "auto",
    rtol: Annotated[float, typer.Option(metavar="ERROR", help=RTOL_HELP)] = PHYSICS_RTOL,
    ensemble: EnsembleOption = None,
    doi: DoiOption = False,
    resume: ResumeOption = False,
    write_job: WriteJobOption = None,
) -> None:
    """Find the simplest model that fits a survey: a susceptibility, or a density contrast for data of gravity.

    With --unknown magnetization it is the magnetization of the rocks, induced and remanent, as a vector in each cell.
    The result holds the model, observed and predicted data and how they were made; look at it with
    geoinv view. Ctrl-C, or SIGTERM of a batch system, ends the search and writes the model reached so far; --resume
    goes on from there, or from where the command was killed, and ends at the same model as without the stop.

    Example: geoinv invert obs.mag --mesh mesh.msh --out model.nc

    Example: geoinv invert stations.grv --mesh mesh.msh --topo ground.topo --bounds -600 300 --out density.nc

    Example: geoinv invert job.toml

    Example: geoinv invert lines.csv --cell 50 --depth 1000 --noise "2% + 5" --field 65 25 50000 --out model.nc
    """
    from geoinv import parallel
    from geoinv.constraints.record import recorded
    from geoinv.formats import write_netcdf
    from geoinv.inversion.invert import invert
    from geoinv.inversion.outcome import Outcome

    began = time.perf_counter()
    assert out is not None, "runs_jobs sees to it"
    refuse_impossible_choice(mesh, cell, depth, mesh_kind)
    level = base_level_of(base_level)
    deviation = noise_of(noise)
    start, first = reference_of(reference), None if initial is None else reference_of(initial, "--initial")
    if bounds is not None:
        refuse_crossed_bounds(*bounds)
    refuse_impossible_rtol(rtol)
    refuse_ensemble(ensemble, 1)
    refuse_over_ranks("--doi", doi)
    constraints = GivenConstraints.of(cells, layer, body, holes)
    given = (file, mesh, topo, start, first, weights, classes, *constraints.files)
    inputs = [path for path in given if isinstance(path, Path)]
    check_output(out, (".nc", ".zarr"), inputs)
    checkpoints = Checkpoints(out, *place_among_ranks())
    checkpoints.begin(resume)
    ground = None if topo is None else load_topography(topo)
    survey = load_survey(file, field, columns, height, elevation, ground, every)
    quantity = sought(file, survey, unknown)
    induced = susceptibility_of(susceptibility, quantity)
    say("unknown", f"{said(quantity)} ({quantity.unit}), from {' '.join(survey.components)}")
    if bounds is None:
        bounds = usual_bounds(quantity)
    refuse_impossible_bounds(*bounds, quantity)
    data, uncertainty = noisy_data(file, survey, deviation)
    grid = mesh_for(survey, mesh, cell, depth, ground, mesh_kind)
    known = load_reference(start, grid, quantity)
    chi = None if induced is None else load_susceptibility(induced, grid)
    if start != 0.0:
        named = "--reference" if isinstance(start, float) else str(start)
        refuse_outside_bounds(named, np.broadcast_to(known, grid.shape)[grid.active], *bounds)
    begun = None if first is None else load_initial(first, grid, quantity, bounds)
    name = regularizer_named(regularizer, quantity.name == "magnetization")
    phi = regularizer_from(name, smallness, smoothness, weighting, norms, known, weights, classes)
    limits: tuple[Any, Any] = bounds
    constrained = constraints.applied(grid, bounds, known, quantity)
    if constrained is not None:
        phi, limits = constrained.regularizer(phi), constrained.bounds
    origin = {**provenance(context, inputs), "noise": noise_text(deviation, survey)}
    agree(context, origin)
    split = ranks() is not None and ensemble is None
    A = make_operator(grid, survey, engine, rtol, quantity=quantity, demagnetization=demagnetization, whole=not split)
    refuse_ensemble(ensemble, math.prod(A.domain_shape))
    hours = (A.choice.estimate.total + ensemble_seconds(A, ensemble)) / 3600.0
    if hours > 1.0:
        warn(
            f"this may take {hours:.0f} hours; use fewer cells or stations (--every), or a mesh whose cells are whole "
            "multiples of its smallest, as --cell makes it"
        )
    with progress_shown("inversion"):
        how: Any = parallel.invert if split else invert
        found = how(
            A,
            data,
            uncertainty,
            regularizer=phi,
            bounds=limits,
            target=target,
            base_level=level,
            initial=begun,
            checkpoint=checkpoints.inversion,
        )
    solution = found_here(found)
    draw = None if ranks() is None else parallel.ensemble
    samples, lacking = (None, "") if ensemble is None else ensemble_of(solution, ensemble, checkpoints.ensemble, draw)
    seen, unseen = investigated(solution, checkpoints.investigation) if doi else (None, "")
    others_end()
    result = solution.to_xarray(origin)
    if constrained is not None:
        result = recorded(result, constrained, quantity.name)
    if chi is not None:
        result = add_remanence(result, solution, chi)
    if samples is not None:
        with interrupts_held():
            result = samples.with_statistics(result)
    if seen is not None:
        result = seen.with_index(result, grid.dims)
    written = write_result(out, lambda path: write_netcdf(path, result))
    say_solution(solution)
    if constrained is not None:
        say_held(constrained, solution.model)
    if samples is not None:
        say_ensemble(samples, quantity.unit)
    if seen is not None:
        say_investigation(seen, A)
    say_traffic(solution.model.size)
    say("cost", cost(began))
    say("wrote", str(written.path))
    lacks = "; ".join(filter(None, (lacking, unseen)))
    stopped = solution.outcome is Outcome.INTERRUPTED or "interrupted" in lacks
    if not stopped:
        checkpoints.remove()
    written.confirm()
    later = checkpoints.remaining()
    if solution.outcome.incomplete:
        raise typer.Exit(fail(f"{solution.status}; {out} holds the last model{later}"))
    if lacks:
        raise typer.Exit(fail(f"{lacks}; {out} holds the model{later}"))


def say_solution(solution: Solution) -> None:
    """Print how an inversion ended, and what it found."""
    say("result", solution.ending)
    tried = len(solution.history)
    say("", f"{tried} trade-off{'s' if tried != 1 else ''} tried")
    operator: Any = solution.operator
    quantity = sought("the survey", operator.survey, operator.unknown)
    vector = solution.model.ndim > operator.mesh.active.ndim
    sizes = np.linalg.norm(solution.model, axis=0) if vector else solution.model
    active = sizes[operator.mesh.active]
    say("model", f"{said(quantity)} {active.min():.4g} to {active.max():.4g} {quantity.unit}")
    if np.any(solution.base_level):
        levels = ", ".join(f"{value:.4g}" for value in solution.base_level)
        say("", f"base level {levels} {units_of(operator.survey)}")
    if solution.doubts:
        say("doubts", "; ".join(solution.doubts))
