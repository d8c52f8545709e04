"""Tables of numbers: CSV, XYZ and the like, with or without names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.nulls import is_null, nulls_in
from geoinv.conventions.units import PROJECT_UNITS, Unit
from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.formats.column_names import ANGLES, DIMENSIONS, KEPT
from geoinv.formats.columns import OWN_NAMES, Column, columns_of_table, place_of
from geoinv.formats.degrees import refuse_degrees
from geoinv.formats.kept_columns import kept_columns, kept_names, line_of_markers
from geoinv.formats.layout import Layout, layout_of
from geoinv.formats.notes import doubt, note
from geoinv.formats.rows import rows_of, without_markers
from geoinv.formats.text import TextLines, quoted, quoted_token, rows_text
from geoinv.formats.ubc_numbers import whole_number
from geoinv.surveys.survey import Survey

__all__ = ["RowsOf", "Table", "columns_of_survey", "read_counted_points", "read_table", "table_rows", "write_table"]

RowsOf = Callable[[str | Path], tuple[TextLines, Layout]]
"""What finds the lines of a table and how their columns stand."""

_UTM_EASTING = (1e5, 1e6)  # metres: no easting is outside, nearly every northing is
_DEVIATION = 0.5  # range of standard deviations in that of their data
_MAY_BE_KEPT = (*KEPT, *ANGLES, "ground")  # columns under these names, unless they are read as quantities
_OPTIONAL = tuple(quantity for quantity in DIMENSIONS if quantity not in ANGLES)
_LARGEST = 1e12  # no coordinate and no field is larger, whatever its unit
_SHOWN = 20  # names of columns that are listed, at most


@dataclass(frozen=True)
class Table:
    """Columns of a table by quantity.

    Parameters
    ----------
    columns : mapping of (rows,) arrays
        In the units of the project: metres, nT, nT/m, mGal, Eotvos.
    dropped_rows : int
        How many rows were left out because they lack a value.
    present : frozenset of str
        Quantities that the table holds, read or not.
    others : mapping of (rows,) arrays
        Every other column, where they are wanted: numbers, whole numbers or texts.
    """

    columns: Mapping[str, npt.NDArray[np.float64]]
    dropped_rows: int
    present: frozenset[str] = frozenset()
    others: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)


def read_table(
    path: str | Path,
    columns: Mapping[str, str | int] | None = None,
    *,
    required: Sequence[str | tuple[str, ...]] = ("easting", "northing"),
    optional: Sequence[str] = _OPTIONAL,
    given: Sequence[str] = (),
    choice: bool = True,
    keep: bool = False,
    unit: Unit | None = None,
    rows: RowsOf | None = None,
) -> Table:
    """Numbers of a table by what they are.

    Columns are separated by commas, semicolons, tabs, bars or white space; lines that begin with
    ``! # % /`` are comments. Names stand on a line above the rows or in a comment; they are understood in
    many spellings (:mod:`geoinv.formats.column_names`), and their units are converted. Without names,
    three columns are easting, northing and upward, and a fourth is TMI.

    Parameters
    ----------
    path : str or Path
        Text file, packed or not.
    columns : mapping, optional
        The column of a quantity, by name, or by number from 1: ``{"easting": "E_Nad83", "tmi": 7}``.
        ``uncertainty`` means that of the component; ``line``, ``date`` and the like name columns that are kept.
        Quantities left out are looked for as usual where the table has names, and are not there where it has none.
    required, optional : sequence of str, optional
        Quantities that must be there (a tuple: the first of them that is), and those that are read if they
        are.
    given : sequence of str, optional
        Quantities that the user gives otherwise, such as ``upward``.
    choice : bool, optional
        Whether whoever calls lets the user choose columns; errors then say how.
    keep : bool, optional
        Whether the other columns are read too, see :mod:`geoinv.formats.kept_columns`.
    unit : Unit, optional
        Of eastings and northings where the table states none; metres by default.
    rows : callable, optional
        Finds the lines and how their columns stand, for formats that say it otherwise; :func:`table_rows` by default.

    Returns
    -------
    Table
        Rows with a missing value in one of these columns are left out, and the user is warned.

    Raises
    ------
    InputError
        If a column is missing, or several could be meant; if names, units or numbers are not
        understood; if a standard deviation is not positive.
    """
    whole, layout = (rows or table_rows)(path)
    columns = columns or {}
    quantities = {name: column for name, column in columns.items() if name not in KEPT}
    found, present = columns_of_table(path, layout, quantities, required, optional, given, choice)
    found = [
        replace(one, unit=unit) if one.unit is None and one.quantity in ("easting", "northing") else one
        for one in found
    ]
    _refuse_unstated_units(path, layout, found)
    text, markers, owners = without_markers(whole, layout)
    chosen = {place_of(path, layout, name, column): name for name, column in columns.items() if name in _MAY_BE_KEPT}
    names = kept_names(layout, {column.index for column in found}, chosen) if keep else {}
    _say_what_was_taken(path, layout, found, names, by_place=not (layout.names or quantities))
    values, there = _values_of(text, layout, found)
    others = kept_columns(text, layout, names)
    if markers:
        note("", f"{len(markers)} lines that begin a flight line, such as {quoted(markers[0])}")
        if keep and owners and "line" not in others:
            others = {"line": line_of_markers(owners), **others}
    table = {column.quantity: numbers.copy() for numbers, column in zip(values.T, found, strict=True)}
    if layout.names is None and not quantities:
        _doubt_heights(path, table)
    if "easting" in table and "northing" in table:
        _doubt_order(path, table, found)
        if all(column.unit is unit for column in found if column.quantity in ("easting", "northing")):
            refuse_degrees(path, table["easting"], table["northing"])
    others = {name: kept[there] for name, kept in others.items()}
    return Table(table, int((~there).sum()), present, others)


def table_rows(path: str | Path) -> tuple[TextLines, Layout]:
    """Lines of a table, and how its columns stand.

    Raises
    ------
    InputError
        If the lines are no table.
    """
    text = TextLines.read(path, inline_comments=False)
    layout = layout_of(text)
    if layout is None:
        raise text.error(0, "a header or at least three numbers", "give a table with a row for each station")
    return text, layout


def read_counted_points(path: str | Path) -> npt.NDArray[np.float64]:
    """Points ``x y z`` under a line with their number, as UBC topography has them.

    Returns
    -------
    (points, 3) array
        Those without a null value.

    Raises
    ------
    InputError
        If the count and the points disagree, or a value is not a number.
    """
    whole = TextLines.read(path)
    points = len(whole.lines) - 1
    if whole_number(whole.lines[0].strip()) != points:
        remedy = "correct it, or copy the file again: it may be cut short"
        raise whole.error(0, f"the number of points that follow ({points})", remedy)
    text = TextLines(whole.path, whole.lines[1:], whole.line_numbers[1:])
    columns = [Column(quantity, k, f"column {k + 1}") for k, quantity in enumerate(("easting", "northing", "ground"))]
    values, _ = _values_of(text, Layout(None, None, 3, 0), columns)
    refuse_degrees(path, values[:, 0], values[:, 1])
    return values


def _values_of(
    text: TextLines, layout: Layout, found: Sequence[Column]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Numbers of columns in the units of the project in the rows that lack none, and which rows these are."""
    values = rows_of(text, layout, [column.index for column in found])
    nulls = _nulls(text, values, found)
    missing = nulls.any(axis=1)
    factors = [column.factor for column in found]
    for numbers, column in zip((values * factors).T, found, strict=True):
        if column.quantity.endswith("_uncertainty"):
            remedy = "give every datum a standard deviation, or none"
            text.refuse_where((numbers <= 0) & ~missing, 0, f"{column.quantity} above zero", remedy, numbers)
        wrong = (np.abs(numbers) > _LARGEST) & ~missing
        expected = f"{column.quantity} of at most {_LARGEST:.0e} {PROJECT_UNITS[DIMENSIONS[column.quantity]]}"
        text.refuse_where(wrong, 0, expected, "correct that line or remove it", numbers)
    if missing.any():
        _say_what_is_missing(text, nulls, found)
    return values[~missing] * factors, np.asarray(~missing)


def _say_what_was_taken(
    path: str | Path,
    layout: Layout,
    found: Sequence[Column],
    kept: Mapping[int, tuple[str, float]],
    by_place: bool,
) -> None:
    """Note which column was taken as what, and what else was understood of the file."""
    text = ", ".join(column.taken for column in found)
    if by_place:
        text += "; without names, taken in their order"
    if any(column.unit is None for column in found):
        units = dict.fromkeys(PROJECT_UNITS[DIMENSIONS[column.quantity]] for column in found if column.unit is None)
        text += f"; {' and '.join(units)} where no unit is stated"
    note("columns", text)
    own = {k: name.text for k, name in enumerate(layout.names or ())}
    if kept:
        note(
            "kept",
            _listed([f"{name} = {own[k]}" if own.get(k, name) != name else name for k, (name, _) in kept.items()]),
        )
    places = {column.index for column in found}
    unused = [text for k, text in own.items() if k not in places and k not in kept and text]
    if unused:
        note("", f"not used: {_listed(unused)}")
    if layout.titles:
        note("", f"taken as a title: {', '.join(map(quoted, layout.titles))}")


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:_SHOWN])}{', ...' if len(names) > _SHOWN else ''}"


def _refuse_unstated_units(path: str | Path, layout: Layout, found: Sequence[Column]) -> None:
    """Reject columns without a unit under a comment that mentions one which is not the project's."""
    dimension, comment = layout.mentioned
    if any(column.unit is None and DIMENSIONS[column.quantity] == dimension for column in found):
        raise InputError(
            f"{path} expects the unit of each column behind its name, got the comment {quoted(comment)}; "
            "write it there, as in 'x (ft)', or remove that comment where it means something else"
        )


def _nulls(text: TextLines, values: npt.NDArray[np.float64], found: Sequence[Column]) -> npt.NDArray[np.bool_]:
    """Which numbers stand for a missing value; a doubt about those that only look as if they did."""
    nulls = np.stack([nulls_in(column) for column in values.T], axis=1)
    for column, kept in zip(found, (is_null(values) & ~nulls).T, strict=True):
        if kept.any():
            value = repr(float(values[kept, found.index(column)][0])).removesuffix(".0")
            doubt(
                f"{text.path}: {int(kept.sum())} rows with {value} in {column.name} are kept, as it lies among the "
                "others there; remove them if it stands for a missing value"
            )
    return nulls


def _say_what_is_missing(text: TextLines, nulls: npt.NDArray[np.bool_], found: Sequence[Column]) -> None:
    """Warn of rows that lack a value, or reject a table in which every row does."""
    missing = nulls.any(axis=1)
    counts = [f"{int(count)} in {column.name}" for count, column in zip(nulls.sum(axis=0), found, strict=True) if count]
    if missing.all():
        raise text.error(0, "values", "choose other columns", f"no row without a null value ({', '.join(counts)})")
    doubt(
        f"{text.path}: {int(missing.sum())} of {missing.size} rows with a null value are left out ({', '.join(counts)})"
    )


def _doubt_order(path: str | Path, table: Mapping[str, npt.NDArray[np.float64]], found: Sequence[Column]) -> None:
    """Doubt eastings that are as large as northings where the northings are as small as eastings."""
    easting, northing = (float(np.median(np.abs(table[axis]))) for axis in ("easting", "northing"))
    if easting > _UTM_EASTING[1] > northing > _UTM_EASTING[0]:
        names = {column.quantity: column.name for column in found}
        doubt(
            f"{path}: {names['easting']} is taken as easting and {names['northing']} as northing, though "
            f"{table['easting'][0]!s} and {table['northing'][0]!s} look like a northing and an easting (UTM)"
        )


def _doubt_heights(path: str | Path, table: Mapping[str, npt.NDArray[np.float64]]) -> None:
    """Doubt columns in their usual order where they look like a datum and its standard deviation."""
    upward, tmi = table.get("upward"), table.get("tmi")
    if upward is None or tmi is None:
        return
    if upward.min() < 0.0 < upward.max() and tmi.min() > 0.0 and np.ptp(tmi) < _DEVIATION * np.ptp(upward):
        doubt(
            f"{path}: without names, the third column is taken as upward and the fourth as tmi, though they look like "
            "a datum and its standard deviation; number the columns if they are"
        )


def columns_of_survey(survey: Survey) -> dict[str, npt.NDArray[Any]]:
    """Columns of a survey in a table, by name: positions, components with their ``*_uncertainty``, and its own."""
    columns: dict[str, npt.NDArray[Any]] = {name: getattr(survey, name) for name in OWN_NAMES}
    for row, name in enumerate(survey.components):
        if survey.data is not None:
            columns[name] = survey.data[row]
        if survey.uncertainty is not None:
            columns[f"{name}_uncertainty"] = survey.uncertainty[row]
    return {**columns, **survey.columns}


def write_table(path: str | Path, survey: Survey, separator: str = ",") -> None:
    """Write a survey as a table with a header.

    Columns are easting, northing, upward (m), the components (in their units), ``*_uncertainty`` and those of the
    survey, with the fewest digits that give each number back exactly. The field and the coordinate system have no
    place in a table.
    """
    columns = columns_of_survey(survey)
    header = separator.join(quoted_token(name, separator) for name in columns)
    rows = rows_text(columns.values(), separator)
    with whole_file(path) as partial:
        partial.write_text(f"{header}\n{rows}", encoding="utf-8")
