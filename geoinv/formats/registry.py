"""One way to read and write each thing, whatever the format of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, bounded, finite
from geoinv.core.wording import way
from geoinv.formats import netcdf, netcdf_file, recognition
from geoinv.formats.budget import guards
from geoinv.formats.degrees import refuse_degrees
from geoinv.formats.notes import collected, doubt, note_elevation
from geoinv.formats.recognition import FileKind, recognise
from geoinv.formats.table import read_counted_points, read_table, write_table
from geoinv.formats.text import naming
from geoinv.formats.ubc_mesh import read_ubc_mesh, read_ubc_model, write_ubc_mesh, write_ubc_model
from geoinv.formats.ubc_observations import read_ubc_observations, write_ubc_observations
from geoinv.meshes.tensor import Grid
from geoinv.surveys.main_field import MainField
from geoinv.surveys.quantities import COMPONENTS
from geoinv.surveys.survey import FARTHEST, Survey

__all__ = [
    "MESH_SUFFIXES",
    "MODEL_SUFFIXES",
    "SURVEY_SUFFIXES",
    "read_mesh",
    "read_model",
    "read_survey",
    "read_topography",
    "write_mesh",
    "write_model",
    "write_survey",
]

SURVEY_SUFFIXES = {".nc": "netCDF", ".obs": "UBC", ".mag": "UBC", ".csv": "CSV", ".xyz": "XYZ", ".txt": "XYZ"}
MESH_SUFFIXES = {".nc": "netCDF", ".msh": "UBC", ".mesh": "UBC"}
MODEL_SUFFIXES = {".nc": "netCDF", ".sus": "UBC", ".den": "UBC", ".mod": "UBC"}

_TOTAL_FIELD = 15000.0  # nT: weaker than the main field anywhere, stronger than the median of any anomaly

_UBC_DENSITY = "g cm-3"  # of .den files; their numbers are kept

_REMEDIES = {
    "survey": "give UBC observations, a CSV/XYZ table or a netCDF survey",
    "mesh": "give a UBC tensor mesh, a netCDF model or a solution",
    "model": "give a UBC model, a netCDF model or a solution",
    "topography": "give points x y z (with or without a count) or a netCDF grid over (northing, easting)",
}


def _recognised(path: str | Path, what: str) -> FileKind:
    """Kind of a file that must hold `what`."""
    kind = recognise(path)
    if what not in kind.holds:
        raise InputError(f"{path} expects a {what}, got {kind.name}; {_REMEDIES[what]}")
    return kind


def _format_of(path: str | Path, suffixes: Mapping[str, str], what: str) -> str:
    """Format that the suffix of a file to write asks for."""
    suffix = Path(path).suffix.lower()
    if suffix not in suffixes:
        raise InputError(f"{path} expects a suffix for a {what} ({' '.join(suffixes)}), got {suffix!r}; rename it")
    return suffixes[suffix]


@guards("survey")
def read_survey(
    path: str | Path,
    *,
    field: MainField | None = None,
    columns: Mapping[str, str | int] | None = None,
    height: float | None = None,
) -> Survey:
    """Survey of any file that holds one: netCDF, UBC observations, a table or points.

    Parameters
    ----------
    path : str or Path
        The file, recognised by its content.
    field : MainField, optional
        Inducing field; needed where the file has none, and used in place of the file's where it
        has one. TMI is then projected on it, unless the file has a direction other than its field's.
    columns : mapping, optional
        Columns of a table by quantity, see :func:`geoinv.formats.read_table`.
    height : float, optional
        Elevation of all stations (their upward coordinate) in metres, in place of the file's (if
        any); :meth:`Survey.draped` puts them above a topography.

    Returns
    -------
    Survey
        ``attributes["dropped_rows"]`` counts the rows of a table left out for a null value.

    Raises
    ------
    InputError
        If the file holds no survey, its content is wrong, the field is not known, or TMI is a total
        field rather than an anomaly.
    """
    kind = _recognised(path, "survey")
    table = kind in (recognition.TABLE, recognition.POINTS)
    if columns and not table:
        owner = way("--columns", "columns")
        raise InputError(f"{owner} expects a CSV/XYZ table, got {path} ({kind.name}); leave it out")
    if height is not None:
        owner = way("--height", "height")
        finite(owner, "metres", array_of(owner, "metres", height), "give one number")
    if table:
        survey = _survey_of_table(path, field, columns, height)
    elif kind is recognition.UBC_OBSERVATIONS:
        survey = read_ubc_observations(path)
        refuse_degrees(path, survey.easting, survey.northing)
    else:
        survey = netcdf.read_netcdf_survey(path, field, height)
    if height is not None:
        survey = replace(survey, upward=np.full(survey.stations, float(height)))
        note_elevation(height)
    if field is not None:
        if survey.field is None:
            owner = way("--field", "field")
            raise InputError(
                f"{owner} expects a magnetic survey, got {path} with {' '.join(survey.components)}; leave it out"
            )
        follows = survey.anomaly_direction == (survey.field.inclination, survey.field.declination)
        kept = (field.inclination, field.declination) if follows else survey.anomaly_direction
        survey = replace(survey, field=field, anomaly_direction=kept)
    _refuse_total_field(path, survey, table)
    return survey


def _survey_of_table(
    path: str | Path, field: MainField | None, columns: Mapping[str, str | int] | None, height: float | None
) -> Survey:
    required = ("easting", "northing") if height is not None else ("easting", "northing", "upward")
    quantities = [*COMPONENTS, *(f"{name}_uncertainty" for name in COMPONENTS)]
    given = () if height is None else ("upward",)
    table = read_table(path, columns, required=required, optional=quantities, given=given)
    if field is None:
        remedy = way(
            "give --field with inclination, declination (degrees) and intensity (nT)",
            "give field=MainField(inclination, declination, intensity) in degrees and nT",
        )
        raise InputError(f"{path} expects the inducing field beside it, got a table, which has none; {remedy}")
    if height is None and "ground" in table.present:
        _doubt_heights_below_ground(path, columns)
    found = table.columns
    components = tuple(name for name in COMPONENTS if name in found)
    uncertainties = [found.get(f"{name}_uncertainty") for name in components]
    complete = [values for values in uncertainties if values is not None]
    if complete and len(complete) < len(uncertainties):
        raise InputError(f"{path} expects an uncertainty for each of {', '.join(components)}, got {len(complete)}")
    with naming(path):
        return Survey(
            found["easting"],
            found["northing"],
            found["upward"] if height is None else np.full(found["easting"].shape, float(height)),
            components=components or ("tmi",),
            field=field,
            data=np.stack([found[name] for name in components]) if components else None,
            uncertainty=np.stack(complete) if complete else None,
            attributes={"dropped_rows": table.dropped_rows} if table.dropped_rows else None,
        )


def _doubt_heights_below_ground(path: str | Path, columns: Mapping[str, str | int] | None) -> None:
    """Compare the heights of a table with its own column of the ground, in rows that have both."""
    with collected():  # said before
        both = read_table(path, columns, required=("easting", "northing", "upward"), optional=("ground",)).columns
    if "ground" in both:
        height = both["upward"] - both["ground"]
        under = int((height < 0.0).sum())
        if 2 * under > height.size:
            doubt(
                f"{path}: {under} of {height.size} stations lie under the ground that the table itself gives, half of "
                f"them by {-np.median(height):.6g} m and more; give elevations, not heights above the ground"
            )


def _refuse_total_field(path: str | Path, survey: Survey, table: bool) -> None:
    """TMI is an anomaly: the main field is subtracted."""
    if survey.data is None or "tmi" not in survey.components:
        return
    middle = float(np.median(np.abs(survey.data[survey.components.index("tmi")])))
    if middle > _TOTAL_FIELD:
        choice = way(
            ", or choose the residual with --columns tmi=NAME",
            ", or choose the residual with columns={'tmi': 'NAME'}",
        )
        raise InputError(
            f"{path} expects tmi as an anomaly in nT, got a median of {middle:.0f} nT, which is a total field; "
            f"subtract the IGRF (and a base level){choice if table else ''}"
        )


@guards("mesh")
def read_mesh(path: str | Path) -> Grid:
    """Grid of a UBC tensor mesh, a netCDF model or a solution.

    Raises
    ------
    InputError
        If the file holds no mesh, or its content is wrong.
    """
    kind = _recognised(path, "mesh")
    return read_ubc_mesh(path) if kind is recognition.UBC_MESH else netcdf.read_netcdf_mesh(path)


@guards("model")
def read_model(path: str | Path, grid: Grid, quantity: str = "susceptibility") -> npt.NDArray[np.float64]:
    """Model on a grid, from a UBC model, a netCDF model or a solution.

    Parameters
    ----------
    path : str or Path
        The file, recognised by its content.
    grid : Grid
        The mesh that the model is on; that of a netCDF file must be the same.
    quantity : str, optional
        "susceptibility" (SI, at least -1), or "density" (g/cm3).

    Returns
    -------
    (upward, northing, easting) array
        NaN where the file marks a cell inactive (-100 or a null value in UBC files, a null value in netCDF).

    Raises
    ------
    InputError
        If the file holds no model, or one on another mesh.
    """
    kind = _recognised(path, "model")
    if kind is recognition.UBC_MODEL:
        return read_ubc_model(path, grid, quantity)
    return netcdf.read_netcdf_model(path, grid, quantity)


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
    points = _topography(path)
    if not len(points):
        raise InputError(f"{path} expects points with an elevation, got none; check the file")
    bounded(str(path), "points in metres", points, FARTHEST, "correct them, or remove them")
    return points


def _topography(path: str | Path) -> npt.NDArray[np.float64]:
    kind = _recognised(path, "topography")
    if kind is recognition.NETCDF["topography"]:
        return netcdf.read_netcdf_topography(path)
    if kind is recognition.COUNTED_POINTS:
        return read_counted_points(path)
    required = ("easting", "northing", ("ground", "upward"))
    table = read_table(path, required=required, optional=(), choice=False)
    if "tmi" in table.present and "ground" not in table.columns:
        raise InputError(
            f"{path} expects elevations of the ground, got a survey with tmi and heights of the sensor; "
            "give points x y z, or name the column of the ground dem"
        )
    return np.column_stack([*table.columns.values()])


def write_survey(path: str | Path, survey: Survey) -> None:
    """Write a survey in the format of the suffix: ``.nc``, ``.obs .mag`` (UBC), ``.csv``, ``.xyz .txt``.

    Raises
    ------
    InputError
        If the suffix is another, the format cannot hold the survey, or the file cannot be written.
    """
    form = _format_of(path, SURVEY_SUFFIXES, "survey")
    if form == "netCDF":
        netcdf_file.write_netcdf(path, survey.to_xarray())
    elif form == "UBC":
        write_ubc_observations(path, survey)
    else:
        write_table(path, survey, "," if form == "CSV" else " ")


def write_mesh(path: str | Path, grid: Grid) -> None:
    """Write a grid in the format of the suffix: ``.nc`` or ``.msh .mesh`` (UBC: without active cells)."""
    if _format_of(path, MESH_SUFFIXES, "mesh") == "netCDF":
        netcdf_file.write_netcdf(path, grid.to_xarray())
    else:
        write_ubc_mesh(path, grid)


def write_model(path: str | Path, grid: Grid, model: npt.ArrayLike, name: str = "susceptibility") -> None:
    """Write a model in the format of the suffix: ``.nc`` or ``.sus .den .mod`` (UBC).

    Parameters
    ----------
    path : str or Path
        The file.
    grid : Grid
        The mesh; UBC models need it in a file of its own (:func:`write_mesh`).
    model : (upward, northing, easting) array_like
        Inactive cells become NaN (netCDF) or -100 (UBC).
    name : str, optional
        Variable of a netCDF file.
    """
    if _format_of(path, MODEL_SUFFIXES, "model") == "netCDF":
        data = grid.to_xarray(**{name: model})
        if name == "density":
            data[name].attrs["units"] = _UBC_DENSITY
        netcdf_file.write_netcdf(path, data)
    else:
        write_ubc_model(path, grid, model)
