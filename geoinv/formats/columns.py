"""Which column of a table is which quantity: by the user's choice, by its name, or by its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geoinv.conventions.quantities import COMPONENTS, QUANTITIES
from geoinv.conventions.units import PROJECT_UNITS, Unit, required_unit
from geoinv.core.checks import InputError
from geoinv.core.wording import way
from geoinv.formats.column_names import ANGLES, DIMENSIONS, KEPT, ColumnName, understood
from geoinv.formats.degrees import project_them
from geoinv.formats.layout import Layout
from geoinv.formats.notes import doubt
from geoinv.formats.text import naming, quoted

__all__ = ["OWN_NAMES", "Column", "columns_of_table", "place_of"]

OWN_NAMES = ("easting", "northing", "upward")
"""First names of the tables that this package writes: there, a quantity is the column that has its very name."""

_BY_PLACE = ("easting", "northing", "upward", "tmi")
_DEVIATIONS = ("uncertainty", "sd", "std")
_UNIT_WORDS = {**PROJECT_UNITS, "length": "metres"}


@dataclass(frozen=True)
class Column:
    """A column that is known to hold a quantity.

    Parameters
    ----------
    quantity : str
        A key of `DIMENSIONS`.
    index : int
        Its place, from 0.
    name : str
        Its name, or "column" and its number where it has none.
    unit : Unit, optional
        Where the file states one.
    """

    quantity: str
    index: int
    name: str
    unit: Unit | None = None

    @property
    def factor(self) -> float:
        """What its numbers are multiplied by."""
        return 1.0 if self.unit is None else self.unit.factor

    @property
    def taken(self) -> str:
        """Quantity, name, unit and what became of it, for a reader."""
        if self.unit is None:
            return f"{self.quantity} = {self.name}"
        named = re.search(rf"(?<![A-Za-z]){re.escape(self.unit.text)}(?![A-Za-z])", self.name) is not None
        own = "" if self.factor == 1.0 else f"converted to {PROJECT_UNITS[DIMENSIONS[self.quantity]]}"
        said = ", ".join(part for part in ("" if named else self.unit.text, own) if part)
        return f"{self.quantity} = {self.name}{f' ({said})' if said else ''}"


class _Finder:
    """The columns of one table; each is found once."""

    def __init__(self, path: str | Path, layout: Layout, choice: bool) -> None:
        self.path, self.layout, self.choice = path, layout, choice
        self.found: dict[str, Column] = {}

    def choose(self, columns: Mapping[str, str | int]) -> None:
        """Take the columns that the user names or numbers."""
        owner = way("--columns", "columns")
        for key, column in columns.items():
            quantity = f"{self._datum(columns)}_uncertainty" if key in _DEVIATIONS else key
            if quantity not in DIMENSIONS:
                raise InputError(
                    f"{owner} expects quantities among {', '.join((*DIMENSIONS, *KEPT))}, got {key!r}; correct the name"
                )
            index = place_of(self.path, self.layout, quantity, column)
            double = [other for other in self.found.values() if other.index == index or other.quantity == quantity]
            if double:
                raise InputError(
                    f"{owner} expects a column for each quantity, got {double[0].name} for {double[0].quantity} and "
                    f"for {quantity}; correct one of them"
                )
            self._take(quantity, index)

    def _datum(self, columns: Mapping[str, str | int]) -> str:
        """Component that a lone standard deviation is of: the only one that is chosen, else the only one named."""
        there = [name.quantity for name in self.layout.names or ()]
        for names in (columns, there):
            found = [name for name in COMPONENTS if name in names]
            if len(found) == 1:
                return found[0]
        return "tmi"

    def by_name(self, wanted: Sequence[str]) -> None:
        """Find the quantities wanted that the user has not chosen by their names."""
        names = self.layout.names or ()
        taken = {column.index for column in self.found.values()}
        for quantity in wanted:
            if quantity in self.found:
                continue
            places = [k for k, name in enumerate(names) if name.quantity == quantity and k not in taken]
            if len(places) > 1 and tuple(name.text for name in names[: len(OWN_NAMES)]) == OWN_NAMES:
                places = [k for k in places if names[k].text == quantity] or places
            if len(places) > 1:
                listed = " and ".join(names[k].text for k in places)
                texts = [names[k].text for k in places]
                last = texts[-1] if texts.count(texts[-1]) == 1 else str(places[-1] + 1)
                raise InputError(
                    f"{self.path} expects one column of {quantity}, got {listed}; "
                    f"{self._remedy(quantity, last, 'leave one of them in the file')}"
                )
            if places:
                self._take(quantity, places[0])
        for name in COMPONENTS:
            if f"{name}_uncertainty" in wanted:
                self._lone_deviation(name)

    def _lone_deviation(self, component: str) -> None:
        """A column called sd or sigma is the standard deviation of the column before it."""
        names, datum = self.layout.names or (), self.found.get(component)
        if datum is None or f"{component}_uncertainty" in self.found or datum.index + 1 >= len(names):
            return
        after = names[datum.index + 1]
        free = datum.index + 1 not in {column.index for column in self.found.values()}
        fits = after.unit is None or after.unit.dimension == QUANTITIES[component].dimension
        if free and after.quantity == "deviation" and fits:
            self._take(f"{component}_uncertainty", datum.index + 1)

    def by_place(self, given: Sequence[str]) -> None:
        """Take columns without names in their usual order, where it leaves no doubt."""
        width = self.layout.width
        places = {quantity: k for k, quantity in enumerate((q for q in _BY_PLACE if q not in given), 1)}
        option = ",".join(f"{quantity}={k}" for quantity, k in places.items())
        numbers = _NAME_THEM
        if self.choice:
            numbers = way(
                f"number those wanted, as in --columns {option}",
                f"number those wanted, as in columns={places}",
                _NAME_THEM,
            )
        if self.layout.remark:
            raise InputError(
                f"{self.path} expects a name for each of its {width} columns, got the comment "
                f"{quoted(self.layout.remark)}; {numbers}"
            )
        if width > len(_BY_PLACE):
            raise InputError(f"{self.path} expects names for its {width} columns, got none; {numbers}")
        if width > 2 and "upward" in given:
            last = "the third column" if width == 3 else "the third and fourth column"
            raise InputError(
                f"{self.path} expects names for its {width} columns where heights are given beside it, got none, and "
                f"{last} may be anything; {numbers}"
            )
        for index, quantity in enumerate(_BY_PLACE[:width]):
            self._take(quantity, index)

    def _take(self, quantity: str, index: int) -> None:
        names = self.layout.names
        name = names[index] if names else ColumnName(f"column {index + 1}")
        unit = self.layout.unit(index)
        angle = unit is not None and unit.dimension == "angle"
        if quantity in ANGLES and unit is not None and unit.text.lower().endswith(("west", "south")):
            raise InputError(
                f"{self.path} expects degrees east and north, got {name.text!r}; change the signs in the file"
            )
        degrees = name.quantity in ANGLES and quantity not in ANGLES
        if degrees or (angle and DIMENSIONS[quantity] == "length"):
            raise InputError(
                f"{self.path} expects {quantity} in metres, got {name.text!r}: longitudes and latitudes are no "
                f"eastings and northings; {project_them()}"
            )
        if name.quantity == "downward" and quantity in ("upward", "ground"):
            raise InputError(
                f"{self.path} expects {quantity} in metres, positive up, got {name.text!r}, which is positive down; "
                "change its sign in the file"
            )
        if name.strange and unit is None:
            wanted = _UNIT_WORDS[DIMENSIONS[quantity]]
            doubt(f"{self.path}: {name.text!r} is taken in {wanted}, as {name.strange!r} is no unit that is known")
        if unit is not None:
            with naming(f"{self.path} column {name.text!r}"):
                unit = required_unit(unit.text, DIMENSIONS[quantity])
        self.found[quantity] = Column(quantity, index, name.text, unit)

    def _remedy(self, quantity: str, name: str, otherwise: str) -> str:
        if not self.choice:
            return otherwise
        return way(
            f"say which it is with --columns {quantity}={name}",
            f"say which it is with columns={{{quantity!r}: {name!r}}}",
            otherwise,
        )

    def missing(self, quantity: str) -> InputError:
        """Error about a required quantity that no column holds."""
        names = self.layout.names or ()
        other = {"easting": "longitude", "northing": "latitude"}.get(quantity)
        degrees = [name.text for name in names if name.quantity == other]
        if degrees:
            return InputError(
                f"{self.path} expects a column of {quantity} in metres, got {degrees[0]!r}: longitudes and latitudes "
                f"are no eastings and northings; {project_them()}"
            )
        remedy = self._remedy(quantity, "NAME", f"name it {quantity} in the first line")
        doubtful = [name.text for name in names if name.quantity in ("over ground", "downward")]
        if quantity == "upward" and doubtful:
            downward = any(name.quantity == "downward" for name in names if name.text == doubtful[0])
            what = "is a depth, positive down" if downward else "may be a height above the ground"
            remedy = f"{doubtful[0]!r} {what}: give heights above sea level, or {remedy} where it is one"
        elif quantity == "upward":
            remedy += way(", or give --height or --elevation", ", or give height=...", "")
        return InputError(
            f"{self.path} expects a column of {quantity} in {_UNIT_WORDS[DIMENSIONS[quantity]]}, "
            f"got {self.layout.listing}; {remedy}"
        )


def place_of(path: str | Path, layout: Layout, quantity: str, column: str | int) -> int:
    """Index of the column that the user names, or numbers from 1, for a quantity.

    Raises
    ------
    InputError
        If there is none of that name and number, or several.
    """
    names, text = layout.names or (), str(column).strip()
    key = understood(text).key
    exactly = [k for k, name in enumerate(names) if name.text == text]
    roughly = [k for k, name in enumerate(names) if name.text.lower() == text.lower() or name.key == key != ""]
    places = exactly or roughly
    if len(places) > 1:
        listed = " and ".join(str(k + 1) for k in places)
        raise InputError(f"{path} expects one column {column!r} for {quantity}, got columns {listed}; give its number")
    if places:
        return places[0]
    if len(text) < 9 and text.isdecimal() and 1 <= int(text) <= layout.width:
        return int(text) - 1
    ways = "one of these names, or a number" if names else "a number"
    raise InputError(
        f"{path} expects a column {column!r} for {quantity}, got {layout.listing}; give {ways} from 1 to {layout.width}"
    )


_NAME_THEM = "write their names on a line above the rows, such as easting,northing,upward,tmi"


def columns_of_table(
    path: str | Path,
    layout: Layout,
    chosen: Mapping[str, str | int],
    required: Sequence[str | tuple[str, ...]],
    optional: Sequence[str],
    given: Sequence[str],
    choice: bool,
) -> tuple[list[Column], frozenset[str]]:
    """Columns of a table that hold a known quantity; see :func:`geoinv.formats.read_table`.

    Returns
    -------
    list of Column
        Those required, in that order, and those optional that are there.
    frozenset of str
        Quantities that the table holds, read or not.

    Raises
    ------
    InputError
        If a required one is missing, several could be meant, or a unit or the user's choice does not fit.
    """
    finder = _Finder(path, layout, choice)
    finder.choose(chosen)
    there = {*finder.found, *(name.quantity for name in layout.names or ())}
    needed = [
        one if isinstance(one, str) else next((quantity for quantity in one if quantity in there), one[-1])
        for one in required
    ]
    wanted = list(dict.fromkeys((*needed, *optional)))
    if layout.names:
        finder.by_name(wanted)
    elif not chosen:
        finder.by_place(given)
    for quantity in needed:
        if quantity not in finder.found:
            raise finder.missing(quantity)
    found = [finder.found[quantity] for quantity in wanted if quantity in finder.found]
    return found, frozenset({*finder.found, *there})
