"""A survey as ASEG-GDF2: records of fixed width, their definition and their projection in files beside them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.conventions.quantities import QUANTITIES
from geoinv.core.checks import InputError
from geoinv.formats.aseg_projection import projection_record
from geoinv.formats.atomic import whole_file
from geoinv.formats.table import columns_of_survey
from geoinv.surveys.station_columns import COLUMN_ATTRIBUTES
from geoinv.surveys.survey import Survey

__all__ = ["write_aseg_gdf2"]

_NULL = "-1e32"
_EXPONENT = 17  # digits that give a number back where its decimals would be many
_MOST_DECIMALS = 12


def write_aseg_gdf2(path: str | Path, survey: Survey) -> None:
    """Write a survey to a ``.dat`` file, its ``.dfn`` and, where its coordinate system is known, a ``.prj`` beside it.

    Every number comes back exactly; a null value is -1e32, a text that is missing blanks.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    path = Path(path)
    definitions = ["DEFN   ST=RECD,RT=COMM;RT:A4;COMMENTS:A76"]
    parts = []
    for number, (name, values) in enumerate(columns_of_survey(survey).items(), 1):
        texts, form, null = _column(values)
        width = 1 + max(map(len, texts))
        parts.append([text.rjust(width) for text in texts])
        said = [f"{key}={value}" for key, value in (("UNIT", _unit(name)), ("NULL", null), ("NAME", name)) if value]
        definitions.append(f"DEFN {number} ST=RECD,RT=DATA;{_field(name)}:{form.format(width)}:{','.join(said)}")
    definitions.append(f"DEFN {len(parts) + 1} ST=RECD,RT=;END DEFN")
    beside = {".dfn": "\n".join(definitions) + "\n"}
    if survey.crs is not None:
        beside[".prj"] = projection_record(" ".join(survey.crs.split()))
    beside[path.suffix] = "".join(f"{''.join(row)}\n" for row in zip(*parts, strict=True))
    for suffix, text in beside.items():
        with whole_file(path.with_suffix(suffix)) as partial:
            partial.write_text(text, encoding="utf-8")


def _field(name: str) -> str:
    """Name of a field: without what separates the parts of its definition."""
    if any(mark in name for mark in ":;"):
        raise InputError(f"ASEG-GDF2 expects names of columns without colons, got {name!r}; rename it")
    return name


def _unit(name: str) -> str:
    quantity = QUANTITIES.get(name.removesuffix("_uncertainty"))
    if quantity is not None:
        return quantity.unit
    attributes: Mapping[str, str] = COLUMN_ATTRIBUTES.get(name, {})
    units = "m" if name in ("easting", "northing", "upward") else attributes.get("units", "")
    return "degrees" if units.startswith("degrees") else units


def _column(values: npt.NDArray[Any]) -> tuple[list[str], str, str]:
    """Texts of a column, its format with a place for its width, and what is null in it."""
    if values.dtype.kind in "iu":
        return [str(value) for value in values.tolist()], "I{}", ""
    if values.dtype.kind == "f":
        there = values[np.isfinite(values)]
        decimals = max((_decimals(value) for value in there.tolist()), default=0)
        exponent = decimals > _MOST_DECIMALS
        shape = f".{_EXPONENT - 1}e" if exponent else f".{decimals}f"
        texts = [format(value, shape) if value == value else _NULL for value in values.tolist()]
        form = f"E{{}}.{_EXPONENT - 1}" if exponent else f"F{{}}.{decimals}"
        return texts, form, _NULL if there.size < values.size else ""
    if values.dtype.kind == "M":
        values = np.asarray(np.datetime_as_string(values, unit="auto"))
    plain = [" ".join(str(text).split()) for text in values.tolist()]
    return ["" if text == "NaT" else text for text in plain], "A{}", ""


def _decimals(value: float) -> int:
    """Decimals that give a number back; many for one that is written with an exponent."""
    mantissa, exponent, _ = repr(value).partition("e")
    return _MOST_DECIMALS + 1 if exponent else len(mantissa.partition(".")[2].removesuffix("0") or "")
