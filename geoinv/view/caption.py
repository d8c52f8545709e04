"""What stands below a picture: where it comes from, in which coordinates, and when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from geoinv.conventions.cf import crs_of
from geoinv.view.wording import plain_text

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["caption_of", "crs_named"]

_LONGEST = 60


def caption_of(data: xr.Dataset | None, source: object) -> str:
    """File, coordinate system, main field and date; what is not known is said or left out.

    Examples
    --------
    >>> caption_of(None, "folder/obs.mag")
    'obs.mag; coordinate system not stated'
    """
    parts = [plain_text(Path(source).name, _LONGEST)] if isinstance(source, (str, Path)) else []
    parts.append(f"coordinate system {crs_named(data) or 'not stated'}")
    attributes: Mapping[object, object] = {} if data is None else data.attrs
    field = [attributes.get(f"field_{part}") for part in ("inclination", "declination", "intensity")]
    if all(part is not None for part in field):
        inclination, declination, intensity = map(_number, field)
        parts.append(f"main field {intensity} nT, inclination {inclination}°, declination {declination}°")
    if "created" in attributes:
        by = plain_text(str(attributes.get("source", "")).partition(",")[0], _LONGEST)
        parts.append(f"made {plain_text(attributes['created'])[:10]}{f' by {by}' if by else ''}")
    return "; ".join(parts)


def crs_named(data: xr.Dataset | None) -> str:
    """Coordinate system of a Dataset as a short text; empty where it has none."""
    text = "" if data is None else crs_of(data) or ""
    if "[" in text and '"' in text:  # WKT begins with its name
        text = text.split('"')[1]
    return plain_text(text, _LONGEST)


def _number(value: object) -> str:
    try:
        return f"{float(str(value)):.6g}".replace("-", "\N{MINUS SIGN}")
    except ValueError:
        return plain_text(value)
