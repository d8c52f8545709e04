"""What the name of a column says: which quantity it holds, in which unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from geoinv.conventions.quantities import COMPONENTS, QUANTITIES
from geoinv.conventions.units import Unit, unit_of

__all__ = ["ANGLES", "DEVIATIONS", "DIMENSIONS", "KEPT", "ColumnName", "understood"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DIMENSIONS: Mapping[str, str] = {
    "easting": "length",
    "northing": "length",
    "upward": "length",
    "ground": "length",
    "longitude": "angle",
    "latitude": "angle",
    **{f"{name}{suffix}": QUANTITIES[name].dimension for suffix in ("", "_uncertainty") for name in COMPONENTS},
}
"""Quantities that a table can hold, with their dimension (a key of `geoinv.conventions.units.PROJECT_UNITS`)."""

ANGLES = ("longitude", "latitude")
"""Quantities that are read only where they are asked for: positions are eastings and northings."""

KEPT = ("line", "flight", "fiducial", "date", "time", "radar_height", "igrf")
"""What a user can name the column of beside these: it is kept with a survey under that name."""

DEVIATIONS = frozenset({"uncertainty", "unc", "sd", "std", "stdev", "std_dev", "standard_deviation", "sigma"})
"""Names of a standard deviation of the column before it."""

_HORIZONTAL: Mapping[str, frozenset[str]] = {
    "easting": _set("easting eastings east e x utme utmx xutm eutm xcoord xcoordinate"),
    "northing": _set("northing northings north n y utmn utmy yutm nutm ycoord ycoordinate"),
    "longitude": _set("longitude lon long lng lond londeg"),
    "latitude": _set("latitude lat latd latdeg"),
}
_VERTICAL = _set("upward up z elevation elevations elev altitude alt zcoord zcoordinate")
_HEIGHT = _set("height heights hgt ht")
_SEA_LEVEL = _set(
    "msl asl amsl masl mamsl sea ellipsoid ellipsoidal ellips hae orthometric ortho geoid geoidal navd navd88 ngvd ahd "
    "egm egm96 egm2008 gps dgps gnss"
)
_OVER_GROUND = _set(
    "agl magl radar radalt ralt rad raltm radaralt radaraltimeter laser lalt laseralt altimeter clearance hag "
    "aboveground terrclr"
)
_GROUND = _set("ground dem dtm topography topo terrain surface srtm")
_DOWN = _set("down downward depth deep below")
_MAGNETIC = _set("tmi tfa tmf rmf rmi mag magnetic magnetics")
_TMI = _MAGNETIC | _set("anomaly residual datum data")
_GRAVITY = _set("gz gravity grav bouguer cba sba")
_ABOUT_GRAVITY = _set("anomaly complete simple terrain residual isostatic corrected corr final")
_OF_GRAVITY = {
    "tmi": "gz",
    "tmi_uncertainty": "gz_uncertainty",
}  # "anomaly (mGal)"
_FIELD = _set("total field intensity final corrected corr levelled leveled lev level")
_ABBREVIATED = _set("res resid anom")  # residual and anomaly beside a magnetic word; alone they may be anything
_REMOVED = _set("removed subtracted less minus corrected")  # the IGRF, that is: mag_igrf alone may be the IGRF itself
_TOTAL_FIELD = frozenset({"total_field", "total_intensity", "total_magnetic_intensity", "total_magnetic_field"})
_SPREAD = _set("uncertainty unc sd std stdev sigma error err dev deviation standard noise")
# what says where a position comes from, or in which grid or datum it is
_DATUM = re.compile(
    r"(nad|wgs|gda|etrs|utm|mga|amg|epsg|zone|z|sirgas|ed|agd|jgd|cgcs|psad|itrf|osgb|lambert|l|rgf|tm)?\d{2,5}[a-z]?"
    r"|nad|wgs|gda|etrs|utm|mga|amg|epsg|zone|datum|osgb|bng|lambert|tm|grid|map|proj|projected|coord|coords|"
    r"coordinate|coordinates|gps|dgps|gnss|pos|position|station|stn|local|final|\d{1,2}[nsc]"
)
_ABOUT_HEIGHT = _SEA_LEVEL | _set(
    "sensor mag above level mean over station aircraft bird instrument antenna platform flight of the positive"
)
_SAYS_WHERE = _SEA_LEVEL | _OVER_GROUND | {"above", "level", "ground"}  # in a unit such as "m above sea level"
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+")
# two words in one piece, GPSALT and RESMAG; not MAGCOMP and CMAG, which may be total fields or components
_LEVEL, _ALTITUDE = "d?gps|a?msl|asl", "alt|altitude|elev|elevation|height|hgt|ht|z"
_STATE, _INTENSITY = "res|resid|residual|anom|anomaly|lev|leveled|levelled|final", "mag|tmi"
_JOINED = re.compile(
    "|".join(
        f"({one})({other})" for pair in ((_LEVEL, _ALTITUDE), (_STATE, _INTENSITY)) for one, other in (pair, pair[::-1])
    ),
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}|<([^<>]*)>")
_LONGEST = 200  # characters of any text that is the name of a column
# units that may stand behind a name without brackets: not t (tesla, time), g, s or %
_SUFFIX_DIMENSIONS = frozenset(
    {"length", "magnetic field", "magnetic gradient", "gravity", "gravity gradient", "angle"}
)
_NOT_SUFFIXES = frozenset(
    ["t", "g", "gs", "s", "'", "dd", "mi", "mg", "mt", "moe", "oe", "rad", "°", "gal", "gals", "gu", "eo"]
)


@dataclass(frozen=True)
class ColumnName:
    """The name of a column, understood.

    Parameters
    ----------
    text : str
        As the file has it.
    key : str
        In lower case, words joined by ``_``, without unit.
    quantity : str
        A key of :data:`DIMENSIONS`; ``longitude`` or ``latitude``; ``deviation``, of the column before it;
        ``over ground``, a height above the ground; ``downward``, a depth; or nothing, for another or unknown one.
    unit : Unit, optional
        Where the name states one.
    strange : str
        Words in brackets that are not understood.
    """

    text: str
    key: str = ""
    quantity: str = ""
    unit: Unit | None = None
    strange: str = ""


@lru_cache(maxsize=4096)
def understood(text: str) -> ColumnName:
    """Understand the name of a column.

    Examples
    --------
    >>> found = understood("GPS Height (ft)")
    >>> found.quantity, found.unit.factor
    ('upward', 0.3048)
    >>> understood("UTM_E").quantity, understood("Easting_m").unit.text, understood("gps_error").quantity
    ('easting', 'm', '')
    """
    text = text.strip().strip("\"'").strip(" \t,;")
    if len(text) > _LONGEST:
        return ColumnName(text[:_LONGEST])
    unit, inside, rest = _bracketed(text)
    words = [word for word in re.split(r"[\s_\-.,:;/|#*=]+", rest) if word]
    suffixed = unit is None and not inside
    apart = [part for word in words for part in _CAMEL.findall(word)]
    for parts in (words, apart, [part for word in words for part in _pieces(word)]):
        found, left = _suffix(parts) if suffixed else (unit, parts)
        said = _words(found.text) & _SAYS_WHERE if found is not None else set()
        quantity = _quantity([part.lower() for part in left], inside | said)
        if quantity:
            unit = found
            break
    strange = "" if quantity else " ".join(sorted(word for word in inside if not _DATUM.fullmatch(word)))
    dimension = DIMENSIONS.get(quantity)
    if unit is not None and dimension is not None and unit.dimension != dimension:
        if unit.dimension == "gravity" and quantity in _OF_GRAVITY and not _words(rest) & _MAGNETIC:
            return ColumnName(text, "_".join(words).lower(), _OF_GRAVITY[quantity], unit)
        angle = unit.dimension == "angle" and quantity in ("easting", "northing")
        quantity = {"easting": "longitude", "northing": "latitude"}[quantity] if angle else ""
    return ColumnName(text, "_".join(words).lower(), quantity, unit, strange)


def _pieces(word: str) -> list[str]:
    """Two words that stand in one piece, or the word."""
    found = _JOINED.fullmatch(word)
    return [word] if found is None else [part for part in found.groups() if part]


def _words(text: str) -> set[str]:
    return {word for word in re.split(r"[\W_]+", text.lower()) if word}


def _bracketed(text: str) -> tuple[Unit | None, set[str], str]:
    """Unit in brackets, what other words stand in some, and the text without them."""
    unit: Unit | None = None
    others: set[str] = set()
    for groups in _BRACKETS.findall(text):
        inner = next((group for group in groups if group), "")
        # "m, NAVD88", "ft AGL" and "residual nT": a unit, and more
        for part in [inner] if unit_of(inner) else re.split(r"[,;\s]+", inner):
            found = unit_of(part)
            if found is not None and unit is None:
                unit = found
            else:
                others |= _words(part)
    return unit, others, _BRACKETS.sub(" ", text)


def _suffix(words: list[str]) -> tuple[Unit | None, list[str]]:
    """Unit in the last words of a name, and the words before it."""
    for taken in (3, 2, 1):
        tail = words[-taken:]
        if len(words) <= taken or (taken == 1 and tail[0].lower() in _NOT_SUFFIXES):
            continue
        for text in dict.fromkeys((" ".join(tail), "/".join(tail))):
            unit = unit_of(text)
            if unit is not None and unit.dimension in _SUFFIX_DIMENSIONS and text[0].isalpha():
                return unit, words[:-taken]
    return None, words


def _quantity(parts: list[str], inside: set[str]) -> str:
    """Quantity that the words of a name mean, those inside its brackets too, all of them understood."""
    words = {*parts, *inside}
    key = "_".join(parts)
    if not inside and key.removesuffix("_uncertainty") in COMPONENTS:
        return key
    if words & _DOWN:
        return "downward" if words & (_DOWN | _VERTICAL) and words <= _DOWN | _VERTICAL | _ABOUT_HEIGHT else ""
    if words & _OVER_GROUND or (words & _GROUND and words & {"above", "over"}) or words <= _HEIGHT | {"sensor", "bird"}:
        return "over ground" if words & (_OVER_GROUND | _HEIGHT | _VERTICAL) else ""
    plain = {word for word in words if not _DATUM.fullmatch(word)}
    for name, known in _HORIZONTAL.items():
        if plain and plain <= known:
            return name
    if words & _GROUND and plain <= _GROUND | _VERTICAL | _HEIGHT | _ABOUT_HEIGHT:
        return "ground"
    if words & _GRAVITY and words <= _GRAVITY | _ABOUT_GRAVITY:
        return "gz"
    if words & _SPREAD and words & _GRAVITY and words <= _GRAVITY | _ABOUT_GRAVITY | _SPREAD | {"of"}:
        return "gz_uncertainty"
    vertical = words & _VERTICAL or (words & (_HEIGHT | {"msl", "asl", "amsl"}) and words & _SEA_LEVEL)
    if vertical and plain <= _VERTICAL | _HEIGHT | _ABOUT_HEIGHT:
        return "upward"
    if key in DEVIATIONS:
        return "deviation"
    if words & _SPREAD and words & _TMI and words <= _SPREAD | _TMI | _FIELD | {"of"}:
        return "tmi_uncertainty"
    if key in _TOTAL_FIELD or (words & _TMI and words <= _TMI | _FIELD):
        return "tmi"
    without_igrf = _REMOVED | {"igrf"} if "igrf" in words and words & _REMOVED else set()
    if words & _MAGNETIC and words <= _TMI | _FIELD | _ABBREVIATED | without_igrf:
        return "tmi"
    return ""
