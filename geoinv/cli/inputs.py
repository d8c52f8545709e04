"""From the files and options of a command to the survey, the mesh and the operator, with what was recognised."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.checks import InputError
from geoinv.cli.options import columns_of, field_of
from geoinv.cli.terminal import say, say_notes, warn

if TYPE_CHECKING:
    from geoinv.grid import Grid
    from geoinv.operators import Magnetics
    from geoinv.survey import Survey

__all__ = ["load_mesh", "load_reference", "load_survey", "make_operator", "refuse_other_units", "say_grid"]

SMALLEST_ANOMALY = 1e-3
"""nT: what no magnetometer resolves; data that stay below are in another unit."""

CROWDED = 4.0
"""Stations a column of cells beyond which there is a warning."""


def load_survey(
    path: Path,
    field: tuple[float, float, float] | None,
    columns: str | None,
    height: float | None,
    every: int = 1,
) -> Survey:
    """Survey of a file, and a line about it; each `every`-th station of it."""
    from geoinv.formats import collected, read_survey, recognise

    with collected() as notes:
        survey = read_survey(path, field=field_of(field), columns=columns_of(columns), height=height)
    total = survey.stations
    survey = survey if every == 1 else survey.select(slice(None, None, every))
    taken = f"{survey.stations} stations" if every == 1 else f"{survey.stations} of {total} stations"
    has = " ".join(survey.components) if survey.data is not None else "no data"
    say("survey", f"{path}: {recognise(path).name}, {taken}, {has}")
    inducing = survey.field
    say("field", f"{inducing.inclination:g} {inducing.declination:g} degrees, {inducing.intensity:g} nT")
    say_notes(notes)
    return survey


def load_mesh(path: Path) -> Grid:
    """Grid of a file, and a line about it."""
    from geoinv.formats import collected, read_mesh, recognise

    with collected() as notes:
        grid = read_mesh(path)
    say_grid(f"{path}: {recognise(path).name}", grid)
    say_notes(notes)
    return grid


def say_grid(name: str, grid: Grid) -> None:
    """Print the cells of a mesh in one line."""
    active = int(grid.active.sum())
    cells = f"{' x '.join(map(str, grid.shape))} cells (upward, northing, easting)"
    say("mesh", f"{name}, {cells}, {active if active < grid.size else 'all'} active")


def load_reference(reference: float | Path, grid: Grid) -> npt.NDArray[np.float64] | float:
    """Reference model: a number, or that of a file on the same mesh."""
    from geoinv.formats import collected, read_model, recognise

    if isinstance(reference, float):
        return reference
    with collected() as notes:
        model = read_model(reference, grid)
    say("reference", f"{reference}: {recognise(reference).name}")
    say_notes(notes)
    return model


def make_operator(
    grid: Grid, survey: Survey, engine: str, rtol: float | None, applications: int | None = None
) -> Magnetics:
    """Operator, and lines about its engine; stations that cannot be used are refused, doubtful ones named."""
    from geoinv.operators import Magnetics
    from geoinv.station_checks import refuse_unusable_stations

    A = Magnetics(grid, survey, engine=engine, rtol=rtol, applications=applications)
    refuse_unusable_stations(A)
    _warn_of_stations(grid, survey)
    say("engine", str(A.choice).removeprefix("engine "))
    return A


def _warn_of_stations(grid: Grid, survey: Survey) -> None:
    over = np.ones(survey.stations, bool)
    columns = []
    for axis in ("northing", "easting"):
        edges, values = grid.edges(axis), getattr(survey, axis)
        over &= (values >= edges[0]) & (values <= edges[-1])
        columns.append(np.searchsorted(edges, values))
    if not over.all():
        warn(f"{int((~over).sum())} of {survey.stations} stations lie beside the mesh; their data are kept")
    crowd = over.sum() / max(1, np.unique(np.stack(columns)[:, over], axis=1).shape[1])
    if crowd > CROWDED:
        warn(
            f"{crowd:.1f} stations share a column of cells on average, and cells cannot resolve what differs between "
            f"them; use smaller cells, or fewer stations with --every {round(crowd)}"
        )


def refuse_other_units(path: Path, survey: Survey, uncertainty: npt.NDArray[np.float64]) -> None:
    """Refuse data that are too small to be nT, or all within their noise."""
    assert survey.data is not None, "a survey to invert has data"
    largest = float(np.abs(survey.data).max())
    remedy = "convert them if they are in another unit (1 T = 1e9 nT, 1 uT = 1000 nT)"
    if 0.0 < largest < SMALLEST_ANOMALY:
        raise InputError(f"{path} expects data in nT, got none beyond {largest:.3g}; {remedy}")
    if np.all(np.abs(survey.data) < uncertainty):
        raise InputError(
            f"{path} expects data above their noise, got none beyond {largest:.3g} nT with standard deviations of "
            f"{uncertainty.min():.3g} nT and more; {remedy}, or lower --noise"
        )
