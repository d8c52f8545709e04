"""Command ``prepare``: from raw lines to a survey that can be inverted."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from geoinv.cli.support.noise import Noise, noise_of
from geoinv.cli.support.options import (
    ColumnsOption,
    ElevationOption,
    FieldOption,
    HeightOption,
    OutOption,
    columns_of,
    field_of,
    level_of,
)
from geoinv.cli.support.outputs import check_output, provenance, write_result
from geoinv.cli.support.plausible import units_of
from geoinv.cli.support.terminal import cost, say, say_notes
from geoinv.core.checks import InputError

if TYPE_CHECKING:
    from geoinv.surveys.survey import Survey

__all__ = ["prepare"]


def prepare(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="OBS", help="Raw data: CSV/XYZ, UBC or netCDF.")],
    out: OutOption,
    columns: ColumnsOption = None,
    crs: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="Coordinate system that the file is in, such as EPSG:26916. With one in degrees, such as EPSG:4326, "
            "columns of longitude and latitude are read.",
        ),
    ] = None,
    to_crs: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="Projected system in metres to convert to.  [default: that of the file, or its zone of UTM where that "
            "is in degrees or feet]",
            show_default=False,
        ),
    ] = None,
    height: HeightOption = None,
    elevation: ElevationOption = None,
    drop_lines: Annotated[str | None, typer.Option(metavar="LINE,...", help="Lines to leave out, by name.")] = None,
    box: Annotated[
        tuple[float, float, float, float] | None,
        typer.Option(metavar="WEST EAST SOUTH NORTH", help="Keep the stations inside, in metres of the output."),
    ] = None,
    polygon: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Keep the stations inside: vertices in two columns, in metres of the output, or GeoJSON.",
        ),
    ] = None,
    remove: Annotated[
        Literal["igrf"] | None,
        typer.Option(
            help="Remove the main field from a total field, at each station's place, height and date; tmi becomes an "
            "anomaly."
        ),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Date of all stations, for a file without dates or in their place."),
    ] = None,
    field: FieldOption = None,
    despike: Annotated[
        float | None,
        typer.Option(
            metavar="VALUE",
            help="Leave out data further than VALUE (nT, mGal) from the median of five neighbours on their line.",
        ),
    ] = None,
    noise: Annotated[
        str | None,
        typer.Option(
            metavar="crossovers|repeats|TEXT",
            help='Standard deviation of the data: what crossings of lines or stations at one place show, or "2% + 5", '
            "which is 0.02 |d| + 5 nT (mGal).  [default: as in the file]",
            show_default=False,
        ),
    ] = None,
    decimate: Annotated[
        float | None,
        typer.Option(metavar="METRES", help="Keep stations at least METRES apart along their line."),
    ] = None,
) -> None:
    """Make raw lines ready to be inverted, and write them with every column and a record of what was done.

    The steps are taken in the order of the options. Where neither --field nor the file tells the inducing field, it is
    the IGRF at the middle of the survey.

    Example: geoinv prepare lines.csv --crs EPSG:3071 --columns tmi=TMI --remove igrf --out survey.nc
    """
    from geoinv.formats import collected, recognise, write_netcdf
    from geoinv.preparation.prepare import prepare as prepared
    from geoinv.preparation.raw_lines import read_lines
    from geoinv.preparation.record import steps_of

    began = time.perf_counter()
    stated = None if noise in ("crossovers", "repeats") else noise_of(noise)
    inputs = [path for path in (file, polygon) if path is not None]
    check_output(out, (".nc", ".zarr"), inputs)
    with collected() as notes:
        raw = read_lines(
            file,
            crs=crs,
            to_crs=to_crs,
            field=field_of(field),
            date=date,
            columns=columns_of(columns),
            height=level_of(height, elevation),
        )
        survey = prepared(
            raw,
            drop_lines=[name.strip() for name in drop_lines.split(",")] if drop_lines else (),
            box=box,
            polygon=polygon,
            remove=remove,
            date=date,
            field=field_of(field),
            despike=despike,
            noise=None if stated is not None else cast(Literal["crossovers", "repeats"] | None, noise),
            decimate=decimate,
        )
        if stated is not None:
            survey = _with_noise(file, survey, stated)
    say("survey", f"{file}: {recognise(file).name}, {raw.stations} stations, {' '.join(raw.components)}")
    say_notes(notes)
    for label, sentence in steps_of(survey):
        say(label, sentence)
    result = survey.to_xarray().assign_attrs(provenance(context, inputs))
    written = write_result(out, lambda path: write_netcdf(path, result))
    say("left", f"{survey.stations} of {raw.stations} stations")
    say("cost", cost(began))
    say("wrote", str(written.path))
    written.confirm()


def _with_noise(file: Path, survey: Survey, noise: Noise) -> Survey:
    """Survey with the standard deviations that a text gives."""
    from geoinv.preparation.record import recorded

    if survey.data is None:
        raise InputError(f"{file} expects data that have noise, got stations only; name them with --columns")
    uncertainty = noise.uncertainty(survey.data, units_of(survey))
    known = survey.with_data(survey.data, uncertainty)
    return recorded(known, "noise", f"standard deviation {noise.text(units_of(survey))}, as given")
