"""Command ``joint``: models of several properties that fit their surveys and share their structure."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import numpy as np
import numpy.typing as npt
import typer

from geoinv.cli.commands.invert import PHYSICS_RTOL
from geoinv.cli.support.by_property import by_property, one_each
from geoinv.cli.support.inputs import load_reference, load_survey, load_topography, make_operator
from geoinv.cli.support.meshes import MeshKind, MeshOption, mesh_for, refuse_impossible_choice
from geoinv.cli.support.noise import Noise, noise_of, noise_text, noisy_data
from geoinv.cli.support.options import RTOL_HELP, EngineOption, FieldOption, OutOption
from geoinv.cli.support.outputs import check_output, provenance, write_result
from geoinv.cli.support.plausible import (
    base_level_of,
    reference_of,
    refuse_crossed_bounds,
    refuse_impossible_bounds,
    refuse_impossible_rtol,
    refuse_outside_bounds,
    usual_bounds,
)
from geoinv.cli.support.progress_display import progress_shown
from geoinv.cli.support.regularization import (
    MIXTURE,
    WeightingOption,
    regularizer_from,
    regularizer_named,
)
from geoinv.cli.support.terminal import cost, fail, say
from geoinv.cli.support.unknown import said, sought
from geoinv.core.checks import InputError, choice, positive

if TYPE_CHECKING:
    from geoinv.algebra.linear_operator import LinearOperator
    from geoinv.conventions.quantities import Quantity
    from geoinv.inversion.joint_solution import JointSolution
    from geoinv.regularizers.rock_classes import RockClass
    from geoinv.surveys.survey import Survey

__all__ = ["joint"]

Array = npt.NDArray[np.float64]


def joint(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="OBS OBS...", help="Surveys: magnetic and gravity ones, or several of one kind."),
    ],
    out: OutOption,
    mesh: MeshOption = None,
    cell: Annotated[
        float | None,
        typer.Option(metavar="SIZE", help="In place of a mesh: cubes of SIZE metres over all surveys, padded."),
    ] = None,
    depth: Annotated[
        float | None,
        typer.Option(metavar="D", help="With --cell: depth of the mesh in metres below the lowest ground."),
    ] = None,
    mesh_kind: Annotated[
        MeshKind | None,
        typer.Option(help="With --cell: a tensor mesh, or an octree.  [default: tensor]", show_default=False),
    ] = None,
    topo: Annotated[Path | None, typer.Option(metavar="FILE", help="Ground: cells above it are not active.")] = None,
    coupling: Annotated[
        str,
        typer.Option(
            metavar="cross-gradient|mixture|none",
            help="What the models have in common: that their gradients are parallel; mixture: classes of rock "
            "beside that, which all properties of a cell tell together (see --classes); or nothing.",
        ),
    ] = "cross-gradient",
    noise: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT",
            help='Standard deviation of the data as in "2% + 5", once for each survey, in their order; "file" takes '
            "that of the file.  [default: as in the files]",
        ),
    ] = None,
    base_level: Annotated[
        list[str] | None,
        typer.Option(
            metavar="none|fit|VALUE",
            help="Constant in the data, once for each survey, in their order.  [default: none]",
        ),
    ] = None,
    target: Annotated[float, typer.Option(help="chi^2 per datum to reach in every survey.")] = 1.0,
    bounds: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROPERTY=LOW:HIGH",
            help="Lowest and highest value, as in density=-600:300.  [default: 0 and none for a susceptibility]",
        ),
    ] = None,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROPERTY=M", help="Reference model, a number or a file on the same mesh, as in density=start.nc."
        ),
    ] = None,
    regularizer: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What is asked of every model besides fitting the data: smooth, sparse (few cells and edges), compact "
            "(as sparse, with sharper edges), blocky (few edges), total-variation, or mixture (the values of classes "
            "of rock, see --classes).",
        ),
    ] = "smooth",
    classes: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROPERTY=FILE",
            help="Classes of --coupling mixture (of the same names in each table) or of --regularizer mixture, for "
            "each property: a table of name, mean, standard_deviation and, if known, proportion, as in "
            "density=rocks.csv.",
        ),
    ] = None,
    weighting: WeightingOption = "sensitivity",
    field: FieldOption = None,
    engine: EngineOption = "auto",
    rtol: Annotated[float, typer.Option(metavar="ERROR", help=RTOL_HELP)] = PHYSICS_RTOL,
) -> None:
    """Find models of several properties, or one of several surveys, that fit every survey as well as they should.

    Each property is inverted by its own surveys first. From there all models move together, with a trade-off for each
    survey, and a coupling that makes them change in the same places. The result holds all models, those of the separate
    inversions, and all data; geoinv view --data-set draws each.

    Example: geoinv joint lines.mag stations.grv --mesh mesh.msh --out joint.nc

    Example: geoinv joint lines.mag stations.grv --mesh mesh.msh --coupling mixture --classes susceptibility=chi.csv
    --classes density=rho.csv --out joint.nc

    Example: geoinv joint low.mag high.mag --cell 50 --depth 1000 --noise "2% + 5" --noise "2% + 2" --out joint.nc
    """
    from geoinv.formats import write_netcdf
    from geoinv.inversion.joint import COUPLINGS, invert_jointly
    from geoinv.inversion.joint_data import DataSet, Property
    from geoinv.regularizers.registry import REGULARIZERS

    began = time.perf_counter()
    refuse_impossible_choice(mesh, cell, depth, mesh_kind)
    refuse_impossible_rtol(rtol)
    choice("joint", "--coupling", coupling, COUPLINGS)
    choice("joint", "--regularizer", regularizer, [name for name, of in REGULARIZERS.items() if not of.vectors])
    regularizer_named(regularizer, False)
    if len(files) < 2:
        raise InputError(f"joint expects two surveys or more, got {files[0]} alone; invert it with geoinv invert")
    named = [file.resolve() for file in files]
    for number, file in enumerate(files):
        if named[number] in named[:number]:
            raise InputError(f"joint expects each survey once, got {file} again; leave it out, or lower its --noise")
    positive("joint", "--target", np.array(target), "give a chi^2 per datum, such as 1")
    noises = [noise_of(None if text == "file" else text) for text in one_each("--noise", noise, "file", files)]
    levels = [base_level_of(text) for text in one_each("--base-level", base_level, "none", files)]
    limits_of = by_property("--bounds", bounds)
    tables = by_property("--classes", classes)
    starts = {name: reference_of(text) for name, text in by_property("--reference", reference).items()}
    inputs = [
        path for path in (*files, mesh, topo, *starts.values(), *map(Path, tables.values())) if isinstance(path, Path)
    ]
    check_output(out, (".nc", ".zarr"), inputs)
    ground = None if topo is None else load_topography(topo)
    surveys = [load_survey(file, field, None, None, None, ground, 1) for file in files]
    quantities = [sought(file, survey) for file, survey in zip(files, surveys, strict=True)]
    by_name: dict[str, Quantity] = {quantity.name: quantity for quantity in quantities}
    for option, given in (("--bounds", limits_of), ("--reference", starts), ("--classes", tables)):
        for name in given:
            choice("joint", f"the property of {option}", name, tuple(by_name))
    for quantity in by_name.values():
        say("unknown", f"{said(quantity)} ({quantity.unit})")
    data = [_noisy_data(*of) for of in zip(files, surveys, noises, strict=True)]
    limits = {name: _bounds(limits_of.get(name), quantity) for name, quantity in by_name.items()}
    cells = mesh_for(_everywhere(surveys), mesh, cell, depth, ground, mesh_kind)
    _refuse_lacking_classes(regularizer, coupling, tables, tuple(by_name))
    shared = None
    if coupling == MIXTURE:
        shared = {name: _classes_of(name, Path(tables[name])) for name in by_name}
    properties = {}
    for quantity in by_name.values():
        start = starts.get(quantity.name, 0.0)
        known = load_reference(start, cells, quantity)
        if quantity.name in starts:
            refuse_outside_bounds(
                "--reference", np.broadcast_to(known, cells.shape)[cells.active], *limits[quantity.name]
            )
        own = Path(tables[quantity.name]) if regularizer == MIXTURE else None
        phi = regularizer_from(regularizer, None, None, weighting, None, known, classes=own)
        properties[quantity.name] = Property(phi, limits[quantity.name])
    operators = [
        make_operator(cells, survey, engine, rtol, quantity=quantity)
        for survey, quantity in zip(surveys, quantities, strict=True)
    ]
    origin = {
        **provenance(context, inputs),
        "noise": "; ".join(noise_text(of, survey) for of, survey in zip(noises, surveys, strict=True)),
    }
    data_sets = [
        DataSet(cast("LinearOperator", A), *of, base_level=level, target=target, name=file.name)
        for A, of, level, file in zip(operators, data, levels, files, strict=True)
    ]
    with progress_shown("inversion"):
        solution = invert_jointly(data_sets, properties, coupling, classes=shared)
    result = solution.to_xarray(origin)
    written = write_result(out, lambda path: write_netcdf(path, result))
    _say_solution(solution, by_name)
    say("cost", cost(began))
    say("wrote", str(written.path))
    written.confirm()
    if solution.outcome.incomplete:
        raise typer.Exit(fail(f"{solution.status}; {out} holds the last models"))


def _say_solution(solution: JointSolution, quantities: dict[str, Quantity]) -> None:
    """Print how the inversion ended, and what it found."""
    say("result", solution.status)
    for name, model in solution.models.items():
        operator: Any = solution.parts[0].operator
        active = model[operator.mesh.active]
        unit = quantities[name].unit
        say("model", f"{said(quantities[name])} {active.min():.4g} to {active.max():.4g} {unit}")
        alone = solution.separate[name]
        say("", f"by its own data alone: chi^2/N = {alone.chi2_per_datum:.4g}, {alone.ending}")
    for name, part in zip(solution.names, solution.parts, strict=True):
        if part.doubts:
            say("doubts", f"{name}: {'; '.join(part.doubts)}")


def _noisy_data(file: Path, survey: Survey, noise: Noise | None) -> tuple[Array, Array]:
    """Data and standard deviations of one survey of several; what is wrong with its noise names its file."""
    if survey.data is not None and survey.uncertainty is None and noise is None:
        raise InputError(
            f'{file} expects standard deviations of its data, got none; give --noise for each survey, as in "2% + 5", '
            'and "file" for one that has them'
        )
    try:
        return noisy_data(file, survey, noise)
    except InputError as error:
        told = str(error)
    raise InputError(told if told.startswith(str(file)) else f"{file}: {told}")


def _refuse_lacking_classes(regularizer: str, coupling: str, tables: Mapping[str, str], names: Sequence[str]) -> None:
    """Reject classes that nothing asks for, those that lack for a property, and what classes cannot go with."""
    coupled = coupling == MIXTURE
    if coupled and regularizer != "smooth":
        raise InputError(
            f"--coupling {coupling} expects --regularizer smooth, since its classes say what values to prefer, got "
            f"--regularizer {regularizer}; leave out one of the two"
        )
    asking = f"--coupling {coupling}" if coupled else f"--regularizer {MIXTURE}" if regularizer == MIXTURE else ""
    if tables and not asking:
        raise InputError(
            f"--classes expects --coupling {MIXTURE} or --regularizer {MIXTURE}, got --coupling "
            f"{coupling} and --regularizer {regularizer}; change one, or leave out --classes"
        )
    lacking = [name for name in names if name not in tables]
    if asking and lacking:
        raise InputError(
            f"{asking} expects classes of every property, got none of the {' and the '.join(lacking)}; "
            f"add --classes {lacking[0]}=FILE"
        )


def _classes_of(name: str, table: Path) -> tuple[RockClass, ...]:
    """Classes of a property, and a line about each."""
    from geoinv.regularizers.rock_classes import read_classes

    rocks = read_classes(table)
    for rock in rocks:
        say("class", f"{rock.name}: {name} {rock.mean:g} +- {rock.standard_deviation:g}")
    return rocks


def _bounds(text: str | None, quantity: Quantity) -> tuple[float, float]:
    """Bounds of a property from an option, or the usual ones."""
    if text is None:
        return usual_bounds(quantity)
    try:
        low, high = (float(part) for part in text.split(":"))
    except ValueError:
        raise typer.BadParameter(f"--bounds expects LOW:HIGH, as in {quantity.name}=0:0.5, got {text!r}") from None
    refuse_crossed_bounds(low, high)
    refuse_impossible_bounds(low, high, quantity)
    return low, high


def _everywhere(surveys: Sequence[Survey]) -> Survey:
    """Stations of all surveys, for a mesh that serves them all."""
    from geoinv.surveys.survey import Survey

    easting, northing, upward = (
        np.concatenate([getattr(survey, axis) for survey in surveys]) for axis in ("easting", "northing", "upward")
    )
    return Survey(easting, northing, upward, components=("gz",), crs=surveys[0].crs)
