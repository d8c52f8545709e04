"""Tables of numbers: CSV, and columns separated by white space, with or without a header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.formats.notes import doubt
from geoinv.formats.text import TextLines, is_number, rows_text, split
from geoinv.survey import COMPONENTS, Survey

__all__ = ["DUMMIES", "SYNONYMS", "Layout", "Table", "layout_of", "read_table", "write_table"]

DUMMIES = (-9999.0, -9999.9, -9999.99, -99999.0, -99999.9, -99999.99, -999999.0, -99999999.0)
"""Numbers that stand for a missing value in line data; ``*`` is read as one of them."""

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "easting": ("easting", "east", "e", "x", "xcoord", "x_coord", "utm_e", "utm_x", "utmx", "x_utm", "e_utm"),
    "northing": ("northing", "north", "n", "y", "ycoord", "y_coord", "utm_n", "utm_y", "utmy", "y_utm", "n_utm"),
    "upward": ("upward", "up", "z", "elevation", "elev", "altitude", "alt", "gps_alt", "gps_z", "sensor_elevation"),
    "ground": ("ground", "dem", "dtm", "topography", "topo", "ground_elevation"),
    **{name: (name,) for name in COMPONENTS},
    **{f"{name}_uncertainty": (f"{name}_uncertainty",) for name in COMPONENTS},
    "tmi": (
        *("tmi", "anomaly", "magnetic_anomaly", "mag_anomaly", "tmi_anomaly", "total_field_anomaly", "tfa"),
        *("residual", "tmi_residual", "rmf", "rmi", "mag", "datum", "data"),
    ),
    "tmi_uncertainty": (
        *("tmi_uncertainty", "uncertainty", "unc", "sd", "std", "stdev", "standard_deviation", "sigma"),
        *("error", "err"),
    ),
}
"""Names of columns, in lower case and without units or datum, for each quantity."""

_BY_POSITION = ("easting", "northing", "upward", "tmi", "tmi_uncertainty")
_UNITS = re.compile(r"[(\[].*?[)\]]|_(m|nt|metres|meters|masl)$|_?(nad|wgs|gda|etrs|utm|mga)_?\d+\w*$")
_STAR = re.compile(r"(?<![^\s,;\"])\*(?![^\s,;\"])")


@dataclass(frozen=True)
class Layout:
    """How the columns of a table stand: what separates them, their names (if any), where rows begin."""

    delimiter: str | None
    names: tuple[str, ...] | None
    width: int
    start: int

    @property
    def listing(self) -> str:
        """The columns, for a reader."""
        return ", ".join(self.names) if self.names else f"{self.width} columns without names"


@dataclass(frozen=True)
class Table:
    """Columns of a table by quantity, each of shape (rows,), and how many rows had a dummy value."""

    columns: Mapping[str, npt.NDArray[np.float64]]
    dropped_rows: int


def layout_of(text: TextLines) -> Layout | None:
    """Layout of a table, or None where the first lines are not rows of at least three columns.

    The first line is a header unless it holds three numbers. Names may also stand in a comment
    right above the first row.
    """
    first, second = (text.lines + text.lines[-1:])[:2]
    found = [d for d in "\t,;" if d in first and 3 <= len(split(first, d)) == len(split(second, d))]
    delimiter = found[0] if found else None
    tokens = split(first, delimiter)
    if _numbers(tokens) < 3:
        if len(tokens) < 3 or (len(text.lines) > 1 and _numbers(split(second, delimiter)) < 3):
            return None
        return Layout(delimiter, tuple(tokens), len(tokens), 1)
    names = tuple(split(text.heading, delimiter))
    known = len(names) == len(tokens) and any(_plain(name) in SYNONYMS["easting"] for name in names)
    return Layout(delimiter, names if known else None, len(tokens), 0)


def _numbers(tokens: Sequence[str]) -> int:
    return sum(is_number(token) or token == "*" for token in tokens)


def _plain(name: str) -> str:
    """Name of a column in lower case, without units, datum and punctuation."""
    words = re.sub(r"[\s.\-]+", "_", name.strip().lower())
    return _UNITS.sub("", _UNITS.sub("", words)).strip("_")


def read_table(
    path: str | Path,
    columns: Mapping[str, str | int] | None = None,
    *,
    required: Sequence[str] = ("easting", "northing"),
    optional: Sequence[str] = tuple(SYNONYMS),
) -> Table:
    """Numbers of a table by what they are.

    Columns are separated by commas, semicolons, tabs or white space; lines that begin with
    ``! # % /`` are comments. Names are recognised through :data:`SYNONYMS`. Without names, three
    columns are easting, northing and upward, a fourth is TMI and a fifth its standard deviation.

    Parameters
    ----------
    path : str or Path
        Text file, gzipped or not.
    columns : mapping, optional
        The column of a quantity, by name, or by number from 1: ``{"easting": "E_Nad83", "tmi": 7}``.
        ``uncertainty`` means that of TMI. Quantities left out are looked for as usual where the
        table has names, and are not there where it has none.
    required, optional : sequence of str, optional
        Quantities that must be there, and those that are read if they are.

    Returns
    -------
    Table
        Rows with a dummy (:data:`DUMMIES` or ``*``) in one of these columns are left out.

    Raises
    ------
    InputError
        If a column is missing, or several could be meant; if a row has another number of columns,
        or a value is not a finite number; if a standard deviation is not positive.
    """
    text = TextLines.read(path, inline_comments=False)
    layout = layout_of(text)
    if layout is None:
        raise text.error(0, "a header or at least three numbers", "give a table with a row for each station")
    wanted = tuple(dict.fromkeys((*required, *optional)))
    places = _places(path, layout, dict(columns or {}), wanted)
    for name in required:
        if name not in places:
            height = ", or give --height" if name == "upward" else ""
            raise InputError(
                f"{path} expects a column of {name} in metres, got {layout.listing}; "
                f"say which it is with --columns {name}=NAME{height}"
            )
    if any("*" in line for line in text.lines[layout.start :]):
        text.lines[layout.start :] = [_STAR.sub(str(DUMMIES[0]), line) for line in text.lines[layout.start :]]
    _refuse_ragged(text, layout)
    values = text.array(layout.start, layout.delimiter, list(places.values()))
    missing = np.isin(values, DUMMIES).any(axis=1)
    for column, name in zip(values.T, places, strict=True):
        if name.endswith("_uncertainty"):
            remedy = "give every datum a standard deviation, or none"
            text.refuse_where((column <= 0) & ~missing, layout.start, f"{name} above zero", remedy, column)
    if missing.all():
        raise text.error(layout.start, "values", "choose columns that are not all dummies", "dummy values in every row")
    if missing.any():
        doubt(f"{path}: {int(missing.sum())} of {missing.size} rows with a null value are left out")
    return Table(dict(zip(places, values[~missing].T.copy(), strict=True)), int(missing.sum()))


def _refuse_ragged(text: TextLines, layout: Layout) -> None:
    """Refuse a row with another number of columns than the first line."""
    delimiter, lines = layout.delimiter, text.lines
    quoted = delimiter is not None and any('"' in line for line in lines)
    for index in range(layout.start, len(lines)):
        line = lines[index]
        width = line.count(delimiter) + 1 if delimiter and not quoted else len(split(line, delimiter))
        if width != layout.width:
            expected = f"{layout.width} columns ({layout.listing})" if layout.names else f"{layout.width} columns"
            raise text.error(index, expected, "correct that line; the file may be cut short", f"{width}")


def _places(
    path: str | Path, layout: Layout, columns: Mapping[str, str | int], wanted: Sequence[str]
) -> dict[str, int]:
    """Index of the column of each wanted quantity that is there."""
    places: dict[str, int] = {}
    for key, column in columns.items():
        name = "tmi_uncertainty" if key in ("uncertainty", "sd") else key
        if name not in SYNONYMS:
            raise InputError(f"--columns expects quantities among {', '.join(SYNONYMS)}, got {key!r}; correct the name")
        index = _column_index(path, layout, name, column)
        if name in wanted:
            places[name] = index
    if layout.names is None:
        if not columns:
            if layout.width > len(_BY_POSITION):
                raise InputError(
                    f"{path} expects names for its {layout.width} columns, got none; give them by number from 1, as in "
                    "--columns easting=1,northing=2,upward=3,tmi=4"
                )
            places = {name: k for k, name in enumerate(_BY_POSITION[: layout.width]) if name in wanted}
        return places
    taken = set(places.values())
    for name in wanted:
        found = [k for k, column in enumerate(layout.names) if _plain(column) in SYNONYMS[name] and k not in taken]
        if name not in places and len(found) > 1:
            raise InputError(
                f"{path} expects one column of {name}, got {' and '.join(layout.names[k] for k in found)}; "
                f"say which it is with --columns {name}={layout.names[found[-1]]}"
            )
        if name not in places and found:
            places[name] = found[0]
    return places


def _column_index(path: str | Path, layout: Layout, name: str, column: str | int) -> int:
    """Index of a column that the user names, or numbers from 1."""
    names = layout.names or ()
    if column in names:
        return names.index(str(column))
    same = [k for k, other in enumerate(names) if other.lower() == str(column).lower()]
    if len(same) == 1:
        return same[0]
    if str(column).isdecimal() and 1 <= int(column) <= layout.width:
        return int(column) - 1
    raise InputError(
        f"{path} expects a column {column!r} for {name}, got {layout.listing}; "
        f"give one of these names, or a number from 1 to {layout.width}"
    )


def write_table(path: str | Path, survey: Survey, separator: str = ",") -> None:
    """Write a survey as a table with a header.

    Columns are easting, northing, upward (m), the components (nT, nT/m) and ``*_uncertainty``, with
    the fewest digits that give each number back exactly. The field has no place in a table.
    """
    columns = {name: getattr(survey, name) for name in ("easting", "northing", "upward")}
    for row, name in enumerate(survey.components):
        if survey.data is not None:
            columns[name] = survey.data[row]
        if survey.uncertainty is not None:
            columns[f"{name}_uncertainty"] = survey.uncertainty[row]
    with whole_file(path) as partial:
        partial.write_text(separator.join(columns) + "\n" + rows_text(columns.values(), separator), encoding="ascii")
