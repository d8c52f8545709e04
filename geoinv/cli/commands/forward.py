"""Command ``forward``: the data that a model makes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from geoinv.cli.support.inputs import load_survey, make_operator
from geoinv.cli.support.meshes import load_mesh
from geoinv.cli.support.options import (
    ColumnsOption,
    DemagnetizationOption,
    ElevationOption,
    EngineOption,
    FieldOption,
    HeightOption,
    OutOption,
    RtolOption,
)
from geoinv.cli.support.outputs import check_output, provenance, write_result
from geoinv.cli.support.plausible import (
    components_listed,
    components_of,
    refuse_impossible_model,
    refuse_impossible_rtol,
)
from geoinv.cli.support.progress_display import progress_shown
from geoinv.cli.support.terminal import cost, say, say_notes
from geoinv.cli.support.unknown import of_model
from geoinv.core.checks import InputError

__all__ = ["forward"]


def forward(
    context: typer.Context,
    mesh: Annotated[Path, typer.Option(metavar="FILE", help="Mesh: UBC .msh, or a netCDF model.")],
    model: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="Susceptibility (SI), density contrast or magnetization on it: UBC .sus, .den or .fld, or netCDF.",
        ),
    ],
    survey: Annotated[Path, typer.Option(metavar="FILE", help="Stations: UBC .obs or .grv, CSV/XYZ or netCDF.")],
    out: OutOption,
    components: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help=f"What to compute: {components_listed()}.  [default: as in the survey]",
        ),
    ] = None,
    field: FieldOption = None,
    columns: ColumnsOption = None,
    height: HeightOption = None,
    elevation: ElevationOption = None,
    demagnetization: DemagnetizationOption = False,
    engine: EngineOption = "auto",
    rtol: RtolOption = None,
) -> None:
    """Compute the data of a model at the stations of a survey.

    Example: geoinv forward --mesh mesh.msh --model model.sus --survey obs.mag --out pred.nc
    """
    from geoinv.conventions.quantities import QUANTITIES
    from geoinv.formats import collected, read_model, recognise, write_netcdf

    began = time.perf_counter()
    inputs = list(dict.fromkeys([mesh, model, survey]))
    asked = components_of(components)
    refuse_impossible_rtol(rtol)
    check_output(out, (".nc", ".zarr"), inputs)
    stations = load_survey(survey, field, columns, height, elevation, components=asked)
    names, quantity = stations.components, of_model(model, stations)
    wanted = stations.with_components(names)
    grid = load_mesh(mesh)
    with collected() as notes:
        values = read_model(model, grid, quantity.name)
    sizes = values if values.shape == grid.shape else np.linalg.norm(values, axis=0)
    grid = grid.with_active(grid.active & np.isfinite(sizes))
    if not grid.active.any():
        raise InputError(f"{model} expects a value in some active cell, got none; check the model")
    active = sizes[grid.active]
    refuse_impossible_model(str(model), active, quantity)
    say("model", f"{model}: {recognise(model).name}, {active.size} active cells, {_range(active)} {quantity.unit}")
    say_notes(notes)
    origin = provenance(context, inputs)
    A = make_operator(grid, wanted, engine, rtol, 1, quantity=quantity, demagnetization=demagnetization, measured=False)
    with progress_shown("forward"):
        predicted = A(values).astype(np.float64)
    result = wanted.with_data(predicted).to_xarray().assign_attrs(origin)
    written = write_result(out, lambda path: write_netcdf(path, result))
    for name, row in zip(names, predicted, strict=True):
        say(name, f"{_range(row)} {QUANTITIES[name].unit}")
    if stations.data is not None and stations.uncertainty is not None:
        chi2 = float(np.mean(((stations.data - predicted) / stations.uncertainty) ** 2))
        say("misfit", f"chi^2/N = {chi2:.6g} against the data of {survey}")
    say("cost", cost(began))
    say("wrote", str(written.path))
    written.confirm()


def _range(values: npt.NDArray[np.float64]) -> str:
    return f"{values.min():.5g} to {values.max():.5g}"
