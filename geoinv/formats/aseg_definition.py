"""The definition file of ASEG-GDF2 (``.dfn``): name, format, unit and null value of every field of a record.

``DEFN 6 ST=RECORD,RT=DATA;EAST_MGA:f11.2:UNIT=METRES,NULL=-99999.00,NAME=Easting``: ASEG-GDF2, A standard for point
located data exchange (Pratt, 2003, Preview 105).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from geoinv.conventions.units import unit_of
from geoinv.core.checks import InputError
from geoinv.formats.column_names import ColumnName, understood
from geoinv.formats.compressed import name_inside
from geoinv.formats.text import TextLines, is_number, quoted

__all__ = ["Field", "definition_beside", "fields_of", "sibling"]

RECORD_TYPE = "RT"
"""Name of the field that says of which type a record is."""

_FORMAT = re.compile(r"(\d{0,4})([AIFEDGX])(\d{1,4})(?:\.\d{1,3})?", re.I)
_ATTRIBUTE = re.compile(r"\s*(UNITS?|NULL|NAME)\s*=\s*(.*?)\s*", re.I)
_MOST_FIELDS = 10_000


@dataclass(frozen=True)
class Field:
    """One value of a record.

    Parameters
    ----------
    name : ColumnName
        The name of the field; what it means may follow from the longer one beside it (``NAME=``).
    kind : str
        Letter of its FORTRAN format: "A" text, "I" whole number, "F", "E", "D" or "G" number, "X" nothing.
    width : int
        Characters.
    null : str
        What stands for a missing value; empty where that is not said.
    """

    name: ColumnName
    kind: str
    width: int
    null: str = ""

    def fits(self, text: str) -> bool:
        """Tell whether a text can be the value of this field."""
        return self.kind in "AX" or not text or text == "*" or is_number(text)

    def value(self, text: str) -> str:
        """Value of a text, empty where it is missing."""
        if text == self.null or (self.kind == "X"):
            return ""
        if self.null and self.kind != "A" and text[:1] == self.null[:1] and is_number(text) and is_number(self.null):
            return "" if float(text) == float(self.null) else text
        return text


def sibling(path: str | Path, suffix: str) -> Path | None:
    """File of the same name with another suffix, in capitals or not, packed or not; None where there is none."""
    path = Path(path)
    stem = name_inside(path)
    packed = "" if stem == path else path.suffix
    for one in dict.fromkeys((suffix, suffix.upper(), suffix.lower())):
        for tail in dict.fromkeys(("", packed)):
            found = stem.with_suffix(one).with_name(stem.with_suffix(one).name + tail)
            if found.is_file():
                return found
    return None


def definition_beside(path: str | Path) -> Path | None:
    """Definition file of a data file, or None where there is none that defines records."""
    found = sibling(path, ".dfn") if Path(path).name else None
    if found is None:
        return None
    try:
        text = TextLines.read(found, inline_comments=False, limit=1 << 16)
    except InputError:
        return None
    return found if text.lines[0].upper().startswith("DEFN") else None


def fields_of(path: str | Path) -> list[Field]:
    """Fields of the data records that a definition file defines, in their order.

    Raises
    ------
    InputError
        If a line is no definition, a format is not known, or no field of data is defined.
    """
    text = TextLines.read(path, inline_comments=False)
    fields: list[Field] = []
    for index, line in enumerate(text.lines):
        if not line.upper().startswith("DEFN"):
            raise text.error(index, "a definition (DEFN ...)", "correct that line or remove it")
        head, *items = line.split(";")
        kind = re.search(r"RT\s*=\s*(\w*)", head, re.I)
        if kind is not None and kind.group(1).upper() not in ("", "DATA"):
            continue
        for item in items:
            if item.strip() and item.strip().upper() != "END DEFN":
                fields += _fields_in(text, index, item)
        if len(fields) > _MOST_FIELDS:
            raise text.error(index, f"at most {_MOST_FIELDS} fields", "define fewer", "more")
    if not fields:
        raise InputError(f"{path} expects definitions of the fields of data records, got none; copy the file again")
    return fields


def _fields_in(text: TextLines, index: int, item: str) -> list[Field]:
    """Fields that one part of a line defines: one, or several of a repeated format."""
    name, _, rest = item.partition(":")
    form, _, about = rest.partition(":")
    found = _FORMAT.fullmatch(form.strip())
    if found is None or not name.strip() or not int(found.group(3)) > 0:
        remedy = "correct that line; fields are NAME:FORMAT:UNIT=...,NULL=..."
        raise text.error(index, "a name and a format such as F10.2 of each field", remedy, quoted(item.strip()))
    said = {}
    for part in re.split(r"[:,]", about):
        attribute = _ATTRIBUTE.fullmatch(part)
        if attribute is not None:
            said[attribute.group(1).upper().rstrip("S")] = attribute.group(2)
    count, kind, width = int(found.group(1) or 1), found.group(2).upper(), int(found.group(3))
    if count > _MOST_FIELDS:
        raise text.error(index, f"at most {_MOST_FIELDS} values of a field", "correct its format", quoted(form))
    named = _named(name.strip(), said.get("NAME", ""), said.get("UNIT", ""))
    null = said.get("NULL", "")
    if count == 1:
        return [Field(named, kind, width, null)]
    numbered = [replace(named, text=f"{named.text} {k + 1}", quantity="", key="") for k in range(count)]
    return [Field(one, kind, width, null) for one in numbered]


def _named(name: str, longer: str, unit: str) -> ColumnName:
    """Name of a field, understood with its unit; the longer name beside it says what the shorter one does not."""
    stated = unit_of(unit) if unit else None
    tail = f" ({unit})" if stated is not None else ""
    own, other = understood(f"{name}{tail}"), understood(f"{longer}{tail}")
    meant = own if own.quantity or not other.quantity else other
    key = own.key or other.key
    if unit and stated is None and meant.quantity:
        # a unit that is not known is rejected where the column is read
        meant = understood(f"{name if meant is own else longer} ({unit})")
    return replace(meant, text=name, key=key, unit=meant.unit or stated)
