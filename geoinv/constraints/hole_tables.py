"""The tables of drill holes: collars, surveys and intervals, each a row a line under names of columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geoinv.conventions.units import PROJECT_UNITS, Unit, required_unit, unit_of
from geoinv.core.checks import InputError
from geoinv.formats.budget import guards
from geoinv.formats.layout import NULL_WORDS
from geoinv.formats.text import TextLines, is_number, quoted, split

__all__ = ["HoleTable", "read_hole_table"]

_SPELLINGS: Mapping[str, str] = {
    "hole": "hole id holeid holename holeno holenumber bhid dhid ddh drillhole drillholeid borehole boreholeid well "
    "wellid collarid name",
    "easting": "easting east e x utme utmx xcollar collarx eastingcollar xcoord",
    "northing": "northing north n y utmn utmy ycollar collary northingcollar ycoord",
    "upward": "elevation elev z rl upward altitude zcollar collarz collarelevation zcoord",
    "depth": "depth maxdepth totaldepth holedepth enddepth finaldepth eoh eohdepth td length holelength at md "
    "measureddepth surveydepth distance",
    "azimuth": "azimuth azi az azm bearing brg trueazimuth gridazimuth",
    "dip": "dip plunge",
    "from": "from depthfrom fromdepth start depthstart",
    "to": "to depthto todepth end stop depthend",
    "value": "value",
    "uncertainty": "uncertainty unc sd std stdev stddev standarddeviation sigma error err",
}
"""Names of columns, in lower case and letters alone."""

_QUANTITIES: Mapping[str, str] = {
    "susceptibility": "susceptibility magneticsusceptibility magsus susc sus kappa chi k",
    "density": "density dens sg specificgravity rho densitycontrast contrast",
}
"""Names of the column of values, by the quantity of models."""

_DIMENSIONS = {
    **dict.fromkeys(("easting", "northing", "upward", "depth", "from", "to"), "length"),
    **dict.fromkeys(("azimuth", "dip"), "angle"),
}

_REMEDIES = {
    **dict.fromkeys(
        ("easting", "northing"), "name it so, and give metres: longitudes and latitudes are to be projected"
    ),
    "dip": "name it so: a dip is taken from the horizontal (an inclination from the vertical is 90 degrees less it)",
}
"""What to do about a column that is missing and is often given as another."""

_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")


@dataclass(frozen=True, eq=False)
class HoleTable:
    """Rows of a table of drill holes.

    Parameters
    ----------
    text : TextLines
        Its lines, for errors.
    rows : (rows,) array of int
        Index among the lines of each row.
    holes : list of str
        Hole of each row.
    columns : mapping of str to (rows,) array
        Numbers in metres, degrees and the unit of the quantity; NaN where there is none.
    unstated : bool
        Whether no unit of the values is stated.
    """

    text: TextLines
    rows: npt.NDArray[np.intp]
    holes: list[str]
    columns: Mapping[str, npt.NDArray[np.float64]]
    unstated: bool = True

    def refuse_where(self, bad: npt.NDArray[np.bool_], expected: str, remedy: str) -> None:
        """Reject the table for the first row that is bad, quoting its line.

        Raises
        ------
        InputError
            If any is.
        """
        if bad.any():
            count = int(bad.sum())
            also = f" ({count} of {bad.size} rows)" if count > 1 else ""
            place = int(self.rows[int(np.argmax(bad))])
            raise self.text.error(place, expected, remedy, f"{quoted(self.text.lines[place])}{also}")


@guards("table of drill holes")
def read_hole_table(
    path: str | Path,
    required: Sequence[str],
    optional: Sequence[str] = (),
    quantity: str = "",
    value: str | None = None,
) -> HoleTable:
    """Numbers of a table of drill holes by what they are.

    Parameters
    ----------
    path : str or Path
        Text file, packed or not: names of columns, then a row a line.
    required, optional : sequence of str
        Columns: easting, northing, upward, depth, azimuth, dip, from, to, value, uncertainty.
    quantity : str
        What values are of; empty for any.
    value : str, optional
        Name of the column of values.

    Raises
    ------
    InputError
        If a column is missing, two could be meant, or a number or unit is not understood.
    """
    text = TextLines.read(path, inline_comments=False)
    delimiter = next((mark for mark in (",", ";", "\t", "|") if mark in text.lines[0]), None)
    with text.on_line(0):
        names = split(text.lines[0], delimiter)
    found: dict[str, tuple[int, Unit | None]] = {}
    for wanted in ("hole", *required, *optional):
        place = _column(text, names, wanted, quantity, value)
        if place is not None:
            found[wanted] = place, _unit(text, names[place], wanted, quantity)
        elif wanted == "hole" or wanted in required:
            remedy = _REMEDIES.get(wanted, "name it so")
            raise text.error(0, f"a column {_called(wanted, quantity)} among the names", remedy, _listed(names))
    rows, holes = [], []
    numbers: dict[str, list[float]] = {name: [] for name in found if name != "hole"}
    for index in range(1, len(text.lines)):
        with text.on_line(index):
            tokens = split(text.lines[index], delimiter)
        if not any(tokens):  # spreadsheets write rows of separators alone
            continue
        if len(tokens) < len(names):
            raise text.error(index, f"{len(names)} columns, as on line {text.line_numbers[0]},", "correct that line")
        hole = tokens[found["hole"][0]].strip()
        if not hole:
            raise text.error(index, "the name of a hole", "correct that line or remove it")
        rows.append(index)
        holes.append(hole)
        for name, kept in numbers.items():
            token = tokens[found[name][0]].strip()
            null = token.lower() in NULL_WORDS
            if not null and not is_number(token):
                raise text.error(index, f"a number as {name}", "correct that line or remove it", quoted(token))
            kept.append(np.nan if null else float(token))
    if not rows:
        raise text.error(1, "rows under the names of the columns", "write one row a line")
    columns = {}
    for name, kept in numbers.items():
        unit = found[name][1]
        columns[name] = np.array(kept) * (1.0 if unit is None else unit.factor)
    unstated = "value" not in found or found["value"][1] is None
    table = HoleTable(text, np.array(rows), holes, columns, unstated)
    for name in required:
        if name != "value":
            table.refuse_where(~np.isfinite(columns[name]), f"a number as {name}", "fill it in, or remove that row")
    return table


def _column(text: TextLines, names: Sequence[str], wanted: str, quantity: str, value: str | None) -> int | None:
    """Place of a column among the names; None where there is none."""
    if wanted == "value" and value is not None:
        places = [place for place, name in enumerate(names) if name.strip().lower() == value.strip().lower()]
        if len(places) != 1:
            raise text.error(0, f"one column {value!r} among the names", "name it as the table does", _listed(names))
        return places[0]
    spellings = set(_SPELLINGS[wanted].split())
    if wanted == "value":
        # the plain name, or what models are of; any of them where that is not known
        spellings |= {word for name, words in _QUANTITIES.items() if quantity in ("", name) for word in words.split()}
    places = [place for place, name in enumerate(names) if _plain(name) & spellings]
    if len(places) > 1:
        listed = " and ".join(names[place] for place in places)
        raise text.error(0, f"one column {_called(wanted, quantity)}", "remove or rename one", f"{listed}")
    return places[0] if places else None


def _plain(name: str) -> set[str]:
    """Name in lower case and letters alone, without a unit in brackets, and without one at its end."""
    words = re.sub(r"[^a-z]+", " ", _BRACKETS.sub("", name).lower()).split()
    whole = {"".join(words)}
    return whole | {"".join(words[:-1])} if len(words) > 1 and unit_of(words[-1]) is not None else whole


def _unit(text: TextLines, name: str, wanted: str, quantity: str) -> Unit | None:
    """Unit that the name of a column states."""
    dimension = quantity if wanted in ("value", "uncertainty") else _DIMENSIONS.get(wanted, "")
    inside = _BRACKETS.search(name)
    words = re.sub(r"[^a-z]+", " ", name.lower()).split()
    stated = inside[1] if inside else (words[-1] if len(words) > 1 and unit_of(words[-1]) is not None else "")
    if not stated or dimension not in PROJECT_UNITS:
        return None
    try:
        return required_unit(stated, dimension)
    except InputError as error:
        raise InputError(f"{text.path} line {text.line_numbers[0]}, column {name!r}: {error}") from None


def _called(wanted: str, quantity: str) -> str:
    return {"hole": "hole_id", "upward": "elevation", "value": quantity or "value"}.get(wanted, wanted)


def _listed(names: Sequence[str]) -> str:
    return quoted(", ".join(names))
