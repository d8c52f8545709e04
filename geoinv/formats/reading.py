"""One way to read each thing, whatever the format of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES, kinds_of
from geoinv.core.checks import InputError, array_of, bounded, finite
from geoinv.core.wording import way
from geoinv.formats.base import Projection, SurveyOptions
from geoinv.formats.budget import guards
from geoinv.formats.notes import note_elevation
from geoinv.formats.registry import must_hold
from geoinv.meshes.base import Mesh
from geoinv.surveys.main_field import MainField
from geoinv.surveys.survey import FARTHEST, Survey

__all__ = ["read_mesh", "read_model", "read_survey", "read_topography", "survey_of"]


def read_survey(
    path: str | Path,
    *,
    field: MainField | None = None,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
    components: tuple[str, ...] | None = None,
) -> Survey:
    """Survey of any file that holds one: netCDF, UBC observations, Geosoft XYZ, ASEG-GDF2, a table or points.

    Parameters
    ----------
    path : str or Path
        The file, recognised by its content.
    field : MainField, optional
        Inducing field of magnetic data; needed where the file has none, and used in place of the file's where it
        has one. TMI is then projected on it, unless the file has a direction other than its field's.
    columns : mapping, optional
        Columns of a table by quantity, see :func:`geoinv.formats.read_table`.
    height : float, optional
        Elevation of all stations (their upward coordinate) in metres, in place of the file's (if
        any); :meth:`Survey.draped` puts them above a topography.
    components : tuple of str, optional
        Those wanted: others in the file are not read, and without them in the file the survey has no data.

    Returns
    -------
    Survey
        ``attributes["dropped_rows"]`` counts the rows of a table left out for a null value.

    Raises
    ------
    InputError
        If the file holds no survey, its content is wrong, the field of magnetic data is not known or gravity is given
        one, or data are a total field or absolute gravity rather than an anomaly.
    """
    return survey_of(path, SurveyOptions(field, None, columns, height, components))


@guards("survey")
def survey_of(path: str | Path, options: SurveyOptions) -> Survey:
    """Survey of any file that holds one, see :func:`read_survey`."""
    found = must_hold(path, "survey")
    table = "columns" in found.options
    if options.columns and not table:
        owner = way("--columns", "columns")
        raise InputError(f"{owner} expects a CSV/XYZ table, got {path} ({found.name}); leave it out")
    if options.height is not None:
        owner = way("--height", "height")
        finite(owner, "metres", array_of(owner, "metres", options.height), "give one number")
    survey = cast(Survey, found.readers["survey"](path, options))
    if options.projection is not None and not table:
        survey = _projected(path, survey, options.projection)
    if options.components is not None and survey.components != options.components:
        survey = _only(path, survey, options)
    if options.height is not None:
        survey = replace(survey, upward=np.full(survey.stations, float(options.height)))
        note_elevation(options.height)
    if options.field is not None:
        survey = _with_field(path, survey, options.field)
    if not options.total:
        _refuse_total_field(path, survey, table)
    return survey


def _projected(path: str | Path, survey: Survey, projection: Projection) -> Survey:
    """Survey of a file that holds metres, at converted eastings and northings."""
    if projection.degrees:
        raise InputError(
            f"{path} expects a table where positions are longitudes and latitudes, got a file with eastings and "
            "northings; give the coordinate system that these are in"
        )
    easting, northing = projection.convert(survey.easting, survey.northing)
    return replace(survey, easting=easting, northing=northing)


def _only(path: str | Path, survey: Survey, options: SurveyOptions) -> Survey:
    """Survey with the components alone that the user wants, and their data where it has them all."""
    components = options.components or ()
    if kinds_of(components) == ("magnetic",) and survey.field is None:
        field = options.field or options.stand_in
        if field is None:
            names = " ".join(survey.components)
            raise InputError(
                f"{path} expects the inducing field beside it for {' '.join(components)}, got one of {names}, which "
                f"has none; {way('give --field I D F (degrees, degrees, nT)', 'give field=MainField(...)', 'add it')}"
            )
        return replace(survey, components=components, field=field, data=None, uncertainty=None)
    wanted = survey.with_components(components)
    if survey.data is None or not set(components) <= set(survey.components):
        return wanted
    rows = [survey.components.index(name) for name in components]
    return wanted.with_data(survey.data[rows], None if survey.uncertainty is None else survey.uncertainty[rows])


def _with_field(path: str | Path, survey: Survey, field: MainField) -> Survey:
    """Survey with the user's field in place of its own."""
    if survey.field is None:
        owner, names = way("--field", "field"), " ".join(survey.components)
        raise InputError(f"{owner} expects a magnetic survey, got {path} with {names}; leave it out")
    follows = survey.anomaly_direction == (survey.field.inclination, survey.field.declination)
    kept = (field.inclination, field.declination) if follows else survey.anomaly_direction
    return replace(survey, field=field, anomaly_direction=kept)


_TOTALS = {
    "magnetic": ("a total field", "subtract the IGRF (geoinv prepare does) and a base level"),
    "gravity": ("absolute gravity", "subtract normal gravity, and reduce it to an anomaly (Bouguer)"),
}
"""What data are that are no anomaly, by kind, and what to do about it."""


def _refuse_total_field(path: str | Path, survey: Survey, table: bool) -> None:
    """Data are anomalies: the main field, or normal gravity, is subtracted."""
    if survey.data is None:
        return
    for name, values in zip(survey.components, survey.data, strict=True):
        quantity, middle = QUANTITIES[name], float(np.median(np.abs(values)))
        if middle > quantity.total:
            what, remedy = _TOTALS[quantity.kind]
            choice = way(
                f", or choose the residual with --columns {name}=NAME",
                f", or choose the residual with columns={{{name!r}: 'NAME'}}",
            )
            raise InputError(
                f"{path} expects {name} as an anomaly in {quantity.unit}, got a median of {middle:.0f} "
                f"{quantity.unit}, which is {what}; {remedy}{choice if table else ''}"
            )


@guards("mesh")
def read_mesh(path: str | Path) -> Mesh:
    """Mesh of a UBC mesh file (a Grid or an OctreeGrid), a netCDF model or a solution.

    Raises
    ------
    InputError
        If the file holds no mesh, or its content is wrong.
    """
    return cast(Mesh, must_hold(path, "mesh").readers["mesh"](path))


@guards("model")
def read_model(path: str | Path, mesh: Mesh, quantity: str = "susceptibility") -> npt.NDArray[np.float64]:
    """Model on a mesh, from a UBC model, a netCDF model or a solution.

    Parameters
    ----------
    path : str or Path
        The file, recognised by its content.
    mesh : Grid or OctreeGrid
        The mesh that the model is on; that of a netCDF file must be the same.
    quantity : str, optional
        "susceptibility" (SI, at least -1), "density" (contrast in kg/m3; UBC files have g/cm3, which is converted), or
        "magnetization" (A/m, components easting, northing, upward).

    Returns
    -------
    array of the shape of the mesh, or (3, ...) of it for a magnetization
        NaN where the file marks a cell inactive (-100 or a null value in UBC files, a null value in netCDF).

    Raises
    ------
    InputError
        If the file holds no model, one of another quantity, or one on another mesh.
    """
    found = must_hold(path, "model")
    said = found.quantity(path) if found.quantity is not None else ""
    if said and said != quantity:
        raise InputError(f"{path} expects a model of {quantity}, got one of {said} ({found.name}); give another file")
    return cast(npt.NDArray[np.float64], found.readers["model"](path, mesh, quantity))


@guards("topography")
def read_topography(path: str | Path) -> npt.NDArray[np.float64]:
    """Topography as points, from a text file of points or a netCDF grid.

    Parameters
    ----------
    path : str or Path
        Rows ``x y z`` (with a count before them, as in UBC files, or without), a table with a header
        that names ``ground`` (``dem``, ``dtm``) or ``upward``, or netCDF over (northing, easting).

    Returns
    -------
    (points, 3) array
        Easting, northing and elevation in metres.

    Raises
    ------
    InputError
        If the file holds no topography, or its content is wrong.
    """
    points = cast(npt.NDArray[np.float64], must_hold(path, "topography").readers["topography"](path))
    if not len(points):
        raise InputError(f"{path} expects points with an elevation, got none; check the file")
    bounded(str(path), "points in metres", points, FARTHEST, "correct them, or remove them")
    return points
