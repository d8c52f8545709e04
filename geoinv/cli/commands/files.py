"""Commands about one file: ``info``, ``convert`` and ``view``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from geoinv.cli.support.options import (
    ColumnsOption,
    DataSetOption,
    ElevationOption,
    FieldOption,
    HeightOption,
    SectionOption,
    columns_of,
    field_of,
    level_of,
)
from geoinv.cli.support.outputs import check_output
from geoinv.cli.support.terminal import say_notes, show

__all__ = ["convert", "info", "view"]


def info(
    file: Annotated[Path, typer.Argument(help="Any file that geoinv reads.", show_default=False)],
    field: FieldOption = None,
    columns: ColumnsOption = None,
    height: HeightOption = None,
    elevation: ElevationOption = None,
    crs: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Coordinate system that the file is in, such as EPSG:4326, as for prepare."),
    ] = None,
) -> None:
    """Say what a file was recognised as, what it holds, what was taken as what, and what an inversion needs beside it.

    Example: geoinv info obs.mag
    """
    from geoinv.formats import describe
    from geoinv.preparation.coordinates import projection_of, system

    level = level_of(height, elevation)
    projection = None if crs is None else projection_of(system(crs, "--crs"), None)[0]
    show(describe(file, field=field_of(field), columns=columns_of(columns), height=level, projection=projection))


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="File to read, recognised by its content.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="File to write, in the format of its suffix.")],
    mesh: Annotated[Path | None, typer.Option(metavar="FILE", help="Mesh of a UBC model.")] = None,
    field: FieldOption = None,
    columns: ColumnsOption = None,
    height: HeightOption = None,
    elevation: ElevationOption = None,
) -> None:
    """Write a survey, mesh, model or grid in another format.

    Surveys go to .nc .zarr .csv .txt, Geosoft .xyz, ASEG-GDF2 .dat (with its .dfn), UBC .obs .mag (magnetics) .grv .gra
    .gg (gravity); meshes to .nc .zarr, UBC .msh .mesh; models to .nc .zarr, UBC .sus .den .mod, .fld (magnetizations),
    VTK .vtr (tensor meshes) .vtu (octrees); surveys, meshes and models to .geoh5 (Geoscience ANALYST), .omf (no
    octrees); grids, where no --columns are named, to .nc .zarr .tif .tiff, Surfer .grd, ESRI .asc.

    Example: geoinv convert model.sus model.nc --mesh mesh.msh
    """
    from geoinv.formats import collected, convert

    check_output(target, (), [source] if mesh is None else [source, mesh])
    level = level_of(height, elevation)
    with collected() as notes:
        done = convert(source, target, mesh=mesh, field=field_of(field), columns=columns_of(columns), height=level)
    show(done)
    say_notes(notes)


def view(
    file: Annotated[Path, typer.Argument(help="Solution, model or survey.")],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Picture to write, .png or .pdf; or numbers of the slices, .csv, or of the level, .tif.",
            show_default=False,
        ),
    ] = None,
    what: Annotated[
        Literal["model", "run", "residuals"],
        typer.Option(help="model and data; run: misfit, beta and L-curve; residuals: histogram, map and lines."),
    ] = "model",
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="PAGE",
            help="Page to write, .html: the model in 3D, turned and cut in a browser, without a network.",
            show_default=False,
        ),
    ] = None,
    section: SectionOption = None,
    padding: Annotated[bool, typer.Option("--padding", help="Draw all of the mesh, its padding too.")] = False,
    columns: ColumnsOption = None,
    height: HeightOption = None,
    elevation: ElevationOption = None,
    data_set: DataSetOption = None,
) -> None:
    """Write a picture, or a page for a browser, of a solution, a model or a survey.

    Example: geoinv view model.nc --out model.png

    Example: geoinv view model.nc --section east=434500,depth=300 --out sections.png

    Example: geoinv view model.nc --what residuals --out residuals.png

    Example: geoinv view model.nc --html scene.html

    Example: geoinv view joint.nc --data-set 2 --out density.png
    """
    from geoinv.core.checks import InputError
    from geoinv.formats import collected
    from geoinv.view import fit_figures, page, picture, style, tables
    from geoinv.view.residual_by_line import lines_told

    if out is None and html is None:
        raise InputError("view expects --out FILE or --html PAGE, got neither; name what to write")
    suffixes = (*style.PICTURES, *tables.SUFFIXES) if what == "model" else style.PICTURES
    for target, endings in ((out, suffixes), (html, page.SUFFIXES)):
        if target is not None:
            check_output(target, endings, [file])
    if (section is not None or padding) and (out is None or what != "model"):
        raise InputError("view expects --section and --padding with the --out of a model, got another; leave them out")
    if what != "model" and out is None:
        raise InputError(f"view expects --out PICTURE with --what {what}, got none; name one")
    level = level_of(height, elevation)
    with collected() as notes:
        told, named = [], columns_of(columns)
        if out is not None and what != "model":
            told.append(fit_figures.view_fit(file, out, what, part=data_set))
        elif out is not None and out.suffix.lower() in tables.SUFFIXES:
            told.append(tables.write_slices(file, out, section=section, padding=padding, part=data_set))
        elif out is not None:
            told.append(
                picture.view(file, out, columns=named, height=level, part=data_set, section=section, padding=padding)
            )
        if html is not None:
            told.append(page.write_page(file, html, columns=named, height=level, part=data_set))
        told.append(lines_told(file, data_set))
    for sentence in filter(None, told):
        show(sentence)
    say_notes(notes)
