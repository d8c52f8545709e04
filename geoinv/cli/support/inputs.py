"""From the files and options of a command to the survey, the mesh and the operator, with what was recognised."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from geoinv.cli.support.options import columns_of, field_of, level_of
from geoinv.cli.support.plausible import refuse_impossible_model, refuse_outside_bounds
from geoinv.cli.support.ranks import physics_over
from geoinv.cli.support.stations import warn_of_stations
from geoinv.cli.support.terminal import say, say_notes
from geoinv.core.checks import InputError

if TYPE_CHECKING:
    from geoinv.conventions.quantities import Quantity
    from geoinv.meshes.base import Mesh
    from geoinv.meshes.tensor import Grid
    from geoinv.meshes.topography import Topography
    from geoinv.operators.amplitude import FieldStrength
    from geoinv.operators.demagnetization import SelfDemagnetization
    from geoinv.operators.prisms.operator import PrismOperator
    from geoinv.surveys.survey import Survey

__all__ = [
    "load_initial",
    "load_reference",
    "load_survey",
    "load_topography",
    "make_operator",
]

PHYSICS = {"magnetic": "Magnetics", "gravity": "Gravity"}
"""Name of the operator for the components of each kind."""


def load_topography(path: Path) -> Topography:
    """Ground of a file, and a line about it."""
    from geoinv.formats import collected, read_topography
    from geoinv.formats.text import naming
    from geoinv.meshes.topography import Topography

    with collected() as notes:
        points = read_topography(path)
    with naming(path):
        ground = Topography(points)
    low, high = points[:, 2].min(), points[:, 2].max()
    say("ground", f"{path}: {len(points)} point{'s' * (len(points) > 1)}, {low:.10g} to {high:.10g} m")
    say_notes(notes)
    return ground


def load_survey(
    path: Path,
    field: tuple[float, float, float] | None,
    columns: str | None,
    height: float | None,
    elevation: float | None,
    ground: Topography | None = None,
    every: int = 1,
    components: tuple[str, ...] | None = None,
) -> Survey:
    """Survey of a file, and lines about it; each `every`-th station of it, and only these components if any."""
    from geoinv.conventions.quantities import unknown_of
    from geoinv.formats import collected, read_survey, recognise

    level = level_of(height, elevation)
    with collected() as notes:
        survey = read_survey(
            path, field=field_of(field), columns=columns_of(columns), height=level, components=components
        )
    total = survey.stations
    if every > 1 and every >= total:
        raise InputError(f"--every expects less than the {total} stations of {path}, got {every}; take more stations")
    survey = survey if every == 1 else survey.select(slice(None, None, every))
    taken = f"{survey.stations} stations" if every == 1 else f"{survey.stations} of {total} stations"
    has = " ".join(survey.components) if survey.data is not None else "no data"
    say("survey", f"{path}: {recognise(path).name}, {taken}, {has}")
    if survey.kind != "magnetic":
        unknown = unknown_of(survey.kind)
        say("physics", f"{survey.kind}, of the {unknown.long_name} ({unknown.unit}): inferred from the components")
    inducing = survey.field
    if inducing is not None:
        say("field", f"{inducing.inclination:g} {inducing.declination:g} degrees, {inducing.intensity:g} nT")
    # said below, with the topography in view
    notes.taken[:] = [(label, text) for label, text in notes.taken if label != "heights"]
    say_notes(notes)
    if height is not None and ground is not None:
        survey = survey.draped(ground, height)
    say("heights", _heights(survey, height, elevation, ground))
    return survey


def _heights(survey: Survey, height: float | None, elevation: float | None, ground: Topography | None) -> str:
    """What was taken as the heights of the stations."""
    low, high = float(survey.upward.min()), float(survey.upward.max())
    span = f"{low:.10g} m" if low == high else f"{low:.10g} to {high:.10g} m"
    if height is not None:
        if ground is not None:
            return f"{height:.10g} m above the topography (--height): elevations of {span}"
        return f"elevation of {span} (--height, with no topography to stand above)"
    if elevation is not None:
        return f"elevation of {span} (--elevation)"
    if ground is None:
        return f"elevations of {span}, as in the file"
    above = survey.upward - ground.elevation(survey.easting, survey.northing)
    least, most = f"{above.min():.6g}", f"{above.max():.6g}"
    over = least if least == most else f"{least} to {most}"
    return f"elevations of {span}, as in the file: {over} m above the topography"


def load_reference(
    reference: float | Path, mesh: Mesh, quantity: Quantity, label: str = "reference"
) -> npt.NDArray[np.float64] | float:
    """Model that the option `label` names: a number, or that of a file on the same mesh."""
    from geoinv.formats import collected, read_model, recognise

    if isinstance(reference, float):
        refuse_impossible_model(f"--{label}", np.array([reference]), quantity, f"give it in {quantity.unit}")
        return reference
    with collected() as notes:
        model = read_model(reference, mesh, quantity.name)
    refuse_impossible_model(str(reference), model[np.isfinite(model)], quantity)
    say(label, f"{reference}: {recognise(reference).name}")
    say_notes(notes)
    return model


def load_initial(
    initial: float | Path, mesh: Mesh, quantity: Quantity, bounds: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """Model to start from that ``--initial`` names: a number in every cell, or that of a file on the same mesh.

    Raises
    ------
    InputError
        If it lacks a value in an active cell, or lies outside the bounds there.
    """
    given = load_reference(initial, mesh, quantity, "initial")
    shape = (3, *mesh.shape) if quantity.name == "magnetization" else mesh.shape
    model = np.where(mesh.active, np.broadcast_to(given, shape), 0.0)
    named = "--initial" if isinstance(initial, float) else str(initial)
    lacking = int(np.isnan(model).sum())
    if lacking:
        raise InputError(f"{named} expects a value in every active cell, got none in {lacking}; give one there")
    refuse_outside_bounds(named, model[np.broadcast_to(mesh.active, shape)], *bounds)
    return model


def make_operator(
    mesh: Mesh,
    survey: Survey,
    engine: str,
    rtol: float | None,
    applications: int | None = None,
    *,
    quantity: Quantity | None = None,
    demagnetization: bool = False,
    measured: bool = True,
    whole: bool = True,
) -> PrismOperator | FieldStrength | SelfDemagnetization:
    """Operator of the physics that the components are of, and lines about its engine.

    Stations that cannot be used are rejected, doubtful ones named. Under mpirun it is split over the processes unless
    each is to have the whole.
    """
    from geoinv import operators
    from geoinv.conventions.quantities import QUANTITIES
    from geoinv.surveys.station_checks import refuse_stations

    refuse_stations(mesh, survey, measured=measured)
    warn_of_stations(mesh, survey)
    computed = any(QUANTITIES[name].computed_from for name in survey.components)
    physics = getattr(operators, "FieldStrength" if computed else PHYSICS[survey.kind])
    vector: dict[str, Any] = {"unknown": quantity.name} if quantity and quantity.name == "magnetization" else {}
    if demagnetization:
        if computed or survey.kind != "magnetic" or vector:
            raise InputError(
                "--demagnetization expects susceptibility and components that are linear in the field, got "
                f"{quantity.name if quantity else survey.kind} and {' '.join(survey.components)}; leave it out"
            )
        physics = operators.SelfDemagnetization
    A: PrismOperator | FieldStrength | SelfDemagnetization = physics_over(physics, whole=whole)(
        cast("Grid", mesh), survey, engine=engine, rtol=rtol, applications=applications, **vector
    )
    say("engine", str(A.choice).removeprefix("engine "))
    return A
