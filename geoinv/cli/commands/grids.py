"""Commands ``grid``, ``continue`` and ``pole``: a survey on a grid, higher up, and reduced to the pole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geoinv.cli.support.equivalent_sources import (
    DepthOption,
    DistanceOption,
    GridOutOption,
    NoiseOption,
    QuantitiesOption,
    Request,
    SpacingOption,
    write_grid,
)
from geoinv.cli.support.options import ColumnsOption, ElevationOption, EveryOption, FieldOption
from geoinv.core.checks import InputError

__all__ = ["continue_", "grid", "pole"]

SurveyArgument = Annotated[
    Path, typer.Argument(metavar="SURVEY", help="Survey: UBC .obs/.mag or .grv/.gra, CSV/XYZ or netCDF.")
]


def grid(
    context: typer.Context,
    file: SurveyArgument,
    out: GridOutOption,
    spacing: SpacingOption = None,
    height: Annotated[
        float | None,
        typer.Option(metavar="H", help="Height of the grid in metres, positive up.  [default: that of the stations]"),
    ] = None,
    quantities: QuantitiesOption = None,
    depth: DepthOption = None,
    distance: DistanceOption = None,
    noise: NoiseOption = None,
    field: FieldOption = None,
    columns: ColumnsOption = None,
    elevation: ElevationOption = None,
    every: EveryOption = 1,
) -> None:
    """Grid a survey by equivalent sources: its components, others, and their derivatives.

    Sources below the stations are fitted to the data with chi^2/N = 1; the grid is their field. Heights of the
    stations count, so that lines at different heights meet.

    Example: geoinv grid lines.csv --spacing 50 --out grid.nc

    Example: geoinv grid lines.csv --spacing 50 --quantities tmi,tilt,total_gradient --out grid.tif
    """
    given = Request(file, out, spacing, quantities, depth, distance, noise, field, columns, elevation, every)
    write_grid(context, given, height=height)


def continue_(
    context: typer.Context,
    file: SurveyArgument,
    out: GridOutOption,
    up: Annotated[float, typer.Option(metavar="D", help="Metres above the stations.")],
    spacing: SpacingOption = None,
    quantities: QuantitiesOption = None,
    depth: DepthOption = None,
    distance: DistanceOption = None,
    noise: NoiseOption = None,
    field: FieldOption = None,
    columns: ColumnsOption = None,
    elevation: ElevationOption = None,
    every: EveryOption = 1,
) -> None:
    """Continue a survey upwards: what the same sources make at a distance above the stations.

    Example: geoinv continue lines.csv --up 200 --out higher.nc
    """
    if not 0.0 <= up < float("inf"):
        raise InputError(
            f"--up expects metres above the stations, zero or more, got {up:g}: a field continued downwards is not "
            "determined by its noisy data; invert for a model instead"
        )
    given = Request(file, out, spacing, quantities, depth, distance, noise, field, columns, elevation, every)
    write_grid(context, given, up=up)


def pole(
    context: typer.Context,
    file: SurveyArgument,
    out: GridOutOption,
    spacing: SpacingOption = None,
    up: Annotated[float, typer.Option(metavar="D", min=0.0, help="Metres above the stations.")] = 0.0,
    quantities: QuantitiesOption = None,
    depth: DepthOption = None,
    distance: DistanceOption = None,
    noise: NoiseOption = None,
    field: FieldOption = None,
    columns: ColumnsOption = None,
    elevation: ElevationOption = None,
    every: EveryOption = 1,
) -> None:
    """Reduce a magnetic survey to the pole: what the same sources make where the field is vertical.

    Bodies are assumed to be magnetized along the inducing field. At low inclinations there is a warning.

    Example: geoinv pole lines.csv --out pole.nc
    """
    given = Request(file, out, spacing, quantities, depth, distance, noise, field, columns, elevation, every)
    write_grid(context, given, pole=True, up=up)
