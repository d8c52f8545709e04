"""Tables as files: surveys and ground in columns with names, or points alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import COMPONENTS, kinds_of
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.base import Format, Head, SurveyOptions, Writer
from geoinv.formats.chosen import chosen_components, wanted_components
from geoinv.formats.column_names import ANGLES, DIMENSIONS
from geoinv.formats.layout import Layout, layout_of
from geoinv.formats.notes import collected, doubt, note_elevation
from geoinv.formats.rows import without_markers
from geoinv.formats.table import RowsOf, read_table, table_rows, write_table
from geoinv.formats.text import naming
from geoinv.meshes.base import AXES
from geoinv.meshes.summary import extent_lines, range_line
from geoinv.surveys.survey import Survey

__all__ = ["FIELD", "POINTS", "TABLE", "read_table_survey", "read_table_topography", "table_lines"]


def read_table_survey(path: str | Path, options: SurveyOptions, rows: RowsOf | None = None) -> Survey:
    """Survey of a table, see :func:`geoinv.formats.read_table`; `rows` finds the lines of another format's.

    Raises
    ------
    InputError
        If data are magnetic, or there are none, and no field is given; if some components have a standard deviation
        and others none; or if :func:`geoinv.formats.read_table` rejects the table.
    """
    height = options.height
    projection = options.projection
    places = ("easting", "northing") if projection is None or not projection.degrees else ANGLES
    required = places if height is not None else (*places, "upward")
    wanted = wanted_components(options)
    quantities = [*wanted, *(f"{name}_uncertainty" for name in wanted)]
    given = () if height is None else ("upward",)
    unit = None if projection is None else projection.unit
    table = read_table(
        path, options.columns, required=required, optional=quantities, given=given, keep=True, unit=unit, rows=rows
    )
    found = table.columns
    components = chosen_components(path, [name for name in COMPONENTS if name in found], options, table=True)
    has_data = bool(components) and set(components) <= set(found)
    components = components or ("tmi",)
    magnetic = kinds_of(components) == ("magnetic",)
    field = (options.field or options.stand_in) if magnetic else None
    if magnetic and field is None:
        remedy = way(
            "give --field with inclination, declination (degrees) and intensity (nT)",
            "give field=MainField(inclination, declination, intensity) in degrees and nT",
        )
        raise InputError(f"{path} expects the inducing field beside it, got a table, which has none; {remedy}")
    if height is None and "ground" in table.present:
        _doubt_heights_below_ground(path, options.columns, places, rows)
    uncertainties = [found.get(f"{name}_uncertainty") for name in components] if has_data else []
    complete = [values for values in uncertainties if values is not None]
    if complete and len(complete) < len(uncertainties):
        raise InputError(f"{path} expects an uncertainty for each of {', '.join(components)}, got {len(complete)}")
    with naming(path):
        east, north = found[places[0]], found[places[1]]
        if projection is not None:
            east, north = projection.convert(east, north)
        angles = {name: found[name] for name in ANGLES if name in found}
        return Survey(
            east,
            north,
            found["upward"] if height is None else np.full(east.shape, float(height)),
            components=components,
            field=field,
            data=np.stack([found[name] for name in components]) if has_data else None,
            uncertainty=np.stack(complete) if complete else None,
            attributes={"dropped_rows": table.dropped_rows} if table.dropped_rows else None,
            columns={**angles, **table.others},
        )


def _doubt_heights_below_ground(
    path: str | Path, columns: Mapping[str, str | int] | None, places: tuple[str, ...], rows: RowsOf | None
) -> None:
    """Compare the heights of a table with its own column of the ground, in rows that have both."""
    with collected():  # said before
        both = read_table(path, columns, required=(*places, "upward"), optional=("ground",), rows=rows).columns
    if "ground" in both:
        height = both["upward"] - both["ground"]
        under = int((height < 0.0).sum())
        if 2 * under > height.size:
            doubt(
                f"{path}: {under} of {height.size} stations lie under the ground that the table itself gives, half of "
                f"them by {-np.median(height):.6g} m and more; give elevations, not heights above the ground"
            )


def read_table_topography(path: str | Path, rows: RowsOf | None = None) -> npt.NDArray[np.float64]:
    """Points (easting, northing, elevation of the ground) in metres of a table.

    Raises
    ------
    InputError
        If it is a survey with heights of the sensor, or :func:`geoinv.formats.read_table` rejects it.
    """
    table = read_table(
        path, required=("easting", "northing", ("ground", "upward")), optional=(), choice=False, rows=rows
    )
    data = [name for name in COMPONENTS if name in table.present]
    if data and "ground" not in table.columns:
        raise InputError(
            f"{path} expects elevations of the ground, got a survey with {data[0]} and heights of the sensor; "
            "give points x y z, or name the column of the ground dem"
        )
    return np.column_stack([*table.columns.values()])


def table_lines(path: str | Path, options: SurveyOptions, rows: RowsOf | None = None) -> list[str]:
    """Lines about a table: its rows, its names, the ranges of what is read; or why it cannot be read as it is."""
    text, layout = (rows or table_rows)(path)
    lines = [f"{len(without_markers(text, layout)[0].lines)} rows", f"names: {layout.listing}"]
    height = options.height
    projection = options.projection
    degrees = projection is not None and projection.degrees
    others_than = ("easting", "northing") if degrees else ANGLES
    without = others_than if height is None else (*others_than, "upward")
    wanted = [name for name in DIMENSIONS if name not in without]
    try:
        given = () if height is None else ("upward",)
        places = ANGLES if degrees else ("easting", "northing")
        unit = None if projection is None else projection.unit
        table = read_table(
            path, options.columns, required=places, optional=wanted, given=given, keep=True, unit=unit, rows=rows
        )
    except InputError as error:
        return [*lines, f"cannot be read as it is: {error}"]
    if height is not None:
        note_elevation(height)
    found = dict(table.columns)
    if projection is not None:
        found |= zip(
            ("easting", "northing"), projection.convert(found.pop(places[0]), found.pop(places[1])), strict=True
        )
    positions = {name: found[name] for name in reversed(AXES) if name in found}
    others = {name: values for name, values in found.items() if name not in AXES}
    if not {"upward", "ground"} & set(table.present) and height is None:
        lines.append(f"heights: none in the file; {way('give --height or --elevation', 'give height=...')}")
    lines += extent_lines(positions) + [range_line(name, values) for name, values in others.items()]
    if kinds_of(name for name in COMPONENTS if name in others) == ("gravity",):
        return lines
    return [*lines, f"field: none in a table; {way('give --field', 'give field=...')}"]


def _layout(head: Head) -> Layout | None:
    return None if head.is_netcdf else layout_of(head.whole_lines)


def _separated_by(separator: str) -> Callable[[str | Path, Survey], None]:
    return lambda path, survey: write_table(path, survey, separator)


FIELD = "the field, which a table cannot hold"
"""What the text formats of surveys lose, for a sentence."""

POINTS = Format(
    name="points (topography or stations)",
    recognises=lambda head: (layout := _layout(head)) is not None and layout.width == 3 and layout.names is None,
    readers={"survey": read_table_survey, "topography": read_table_topography},
    options=frozenset({"columns"}),
    describe=table_lines,
)

TABLE = Format(
    name="CSV/XYZ table",
    recognises=lambda head: _layout(head) is not None,
    readers={"survey": read_table_survey, "topography": read_table_topography},
    writers=(
        Writer("survey", (".csv",), _separated_by(","), loses=FIELD, columns=True),
        Writer("survey", (".txt",), _separated_by(" "), loses=FIELD, columns=True),
    ),
    options=frozenset({"columns"}),
    describe=table_lines,
)
