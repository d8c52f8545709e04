"""Units as files write them, and what makes them metres, nanotesla and SI."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from geoinv.core.checks import InputError

__all__ = ["PROJECT_UNITS", "Unit", "required_unit", "unit_of"]

PROJECT_UNITS: Mapping[str, str] = {
    "length": "m",
    "magnetic field": "nT",
    "magnetic gradient": "nT/m",
    "susceptibility": "SI",
    "magnetization": "A/m",
    "density": "kg/m3",
    "gravity": "mGal",
    "gravity gradient": "Eotvos",
    "angle": "degrees",
}
"""Unit of each dimension that every number in the project has."""

_FOOT, _SURVEY_FOOT = 0.3048, 1200.0 / 3937.0

_TABLE: Mapping[str, Mapping[float, str]] = {
    "length": {
        1.0: "m metre metres meter meters mtr mtrs masl m_asl m_amsl mamsl m_msl",
        1e3: "km kilometre kilometres kilometer kilometers kms",
        1e-1: "dm decimetre decimetres decimeter decimeters",
        1e-2: "cm centimetre centimetres centimeter centimeters",
        1e-3: "mm millimetre millimetres millimeter millimeters",
        _FOOT: "ft foot feet ' international_foot international_feet intl_foot intl_feet ft_asl ftasl ft_amsl ft_msl "
        "ft_intl",
        _SURVEY_FOOT: "us_survey_foot us_survey_feet us_survey_ft survey_foot survey_feet us_ft us_foot us_feet ft_us "
        "usft ftus sft foot_us feet_us",
        3.0 * _FOOT: "yd yard yards",
        5280.0 * _FOOT: "mi mile miles",
        1852.0: "nmi nautical_mile nautical_miles",
    },
    "magnetic field": {
        1.0: "nt nanotesla nanoteslas nanot gamma gammas \N{GREEK SMALL LETTER GAMMA}",
        1e-3: "pt picotesla picoteslas",
        1e-6: "femtotesla femtoteslas",
        1e3: "ut µt μt microtesla microteslas",
        1e6: "mt millitesla milliteslas",
        1e9: "t tesla teslas",
        1e5: "g gauss gs oe oersted oersteds",
        1e2: "mg milligauss mgauss mgs moe",
    },
    "susceptibility": {
        1.0: "1 si dimensionless si_units siu unitless m3/m3 si_volume",
        1e-3: "msi milli_si",
        1e-6: "usi µsi μsi micro_si",
        1e-2: "% percent",
        4.0 * math.pi: "cgs emu emu/cm3 emu/cc cgs_units cgsu",
        4e-6 * math.pi: "ucgs µcgs μcgs uemu micro_cgs",
    },
    "magnetization": {1.0: "a/m ampere/metre ampere/meter", 1e-3: "ma/m", 1e3: "ka/m"},
    "density": {1.0: "kg/m3 kg/m**3", 1e3: "g/cm3 g/cc gm/cc gm/cm3 g/cm**3 t/m3 mg/m3 g/ml kg/l"},
    "gravity": {
        1.0: "mgal mgals milligal milligals",
        1e-3: "ugal µgal μgal microgal",
        0.1: "gu um/s2 µm/s2 μm/s2",
        1e3: "gal gals cm/s2",
        1e-4: "nm/s2",
        1e5: "m/s2",
    },
    "gravity gradient": {1.0: "eotvos eötvös eötvos eoetvoes eo", 1e9: "s-2 1/s2 /s2"},
    "angle": {
        1.0: "deg degs degree degrees ° dd decimal_degree decimal_degrees degrees_east degrees_north degree_east "
        "degree_north degree_e degree_n degrees_e degrees_n degreee degreen degreese degreesn deg_east deg_north "
        "degrees_west degrees_south degree_west degree_south",
        1.0 / 60.0: "arcmin arcminute arcminutes arc_minute minute_of_arc",
        1.0 / 3600.0: "arcsec arcsecs arcsecond arcseconds arc_second second_of_arc",
        180.0 / math.pi: "rad rads radian radians",
    },
}

_GRADIENTS = {"magnetic field": ("magnetic gradient", 1.0), "gravity": ("gravity gradient", 1e4)}
"""Dimension of a quantity per length, and its unit per metre in that of the project: 1 mGal/m is 10,000 Eotvos."""

_LONGEST = 80  # characters of any text that is a unit
_UNSTATED = frozenset({"", "-", "--", "none", "unknown", "n/a", "na"})
_POWER_OF_TEN = re.compile(r"10(?:\^|\*\*)?([+-]\d{1,2})")
_SCALE = re.compile(r"(\S+?)\s*[*x·]?\s+(\D.*)|([\d.]+(?:e[+-]?\d+)?)(?:\*|x|·)?([^\d\s].*)")
_DATUM = re.compile(r"[ _]above[ _](mean[ _])?(sea[ _]level|msl|ellipsoid|geoid)$")
_PER = re.compile(r"([^/]+?)(?:/|_per_)([a-z]+)")


@dataclass(frozen=True)
class Unit:
    """A unit that is known.

    Parameters
    ----------
    text : str
        As the file writes it.
    dimension : str
        A key of :data:`PROJECT_UNITS`.
    factor : float
        What a number in this unit is multiplied by to be in the project's.
    """

    text: str
    dimension: str
    factor: float


_UNITS: Mapping[str, tuple[str, float]] = {
    name: (dimension, factor)
    for dimension, rows in _TABLE.items()
    for factor, names in rows.items()
    for name in names.split()
}


def unit_of(text: str) -> Unit | None:
    """Unit that a text names, or None where it names none that is known.

    Capitals, plurals and ways to write a quotient do not matter; a number before it scales it.

    Examples
    --------
    >>> unit_of("US survey foot").factor
    0.3048006096012192
    >>> unit_of("nT m-1") == unit_of("nT m-1"), unit_of("nT m-1").dimension, unit_of("pT/km").factor
    (True, 'magnetic gradient', 1e-06)
    >>> unit_of("10^-3 SI").factor, unit_of("furlong")
    (0.001, None)
    """
    found = _found(_plain(text)) if len(text) <= _LONGEST else None
    return None if found is None else Unit(text.strip(), *found)


def _plain(text: str) -> str:
    """Text in lower case without brackets, cubes and squares written one way."""
    plain = re.sub(r"\s+", " ", text.strip().strip('[](){}"').lower()).strip().rstrip(".,;")
    plain = plain.replace("³", "3").replace("²", "2").replace("⁻", "-").replace("¹", "1").replace("\N{MINUS SIGN}", "-")
    plain = _DATUM.sub("", plain)
    plain = re.sub(r"([a-z])(?:\^|\*\*)(\d)", r"\1\2", plain)  # m^3
    plain = re.sub(r"([a-z])[ .*·_]+(cm|m|s)(?:\^|\*\*)?-([23])$", r"\1/\2\3", plain)  # kg m-3
    return re.sub(r"([a-z])[ .*·_]+([a-z]+)(?:\^|\*\*)?-1$", r"\1/\2", plain)  # nT m-1


def _found(plain: str) -> tuple[str, float] | None:
    """Dimension and factor of a text in plain letters."""
    name = re.sub(r"[ \-]+(?=[a-z(])", "_", plain).replace("(", "").replace(")", "")
    if name in _UNITS:
        return _UNITS[name]
    scaled = _SCALE.fullmatch(plain)
    if scaled:
        scale = _number(scaled[1] or scaled[3])
        found = None if scale is None else _found((scaled[2] or scaled[4]).strip())
        if found is not None and scale is not None:
            return found[0], scale * found[1]
    quotient = _PER.fullmatch(name)
    if quotient:
        above, below = _UNITS.get(quotient[1].strip("_")), _UNITS.get(quotient[2])
        if above and below and below[0] == "length" and above[0] in _GRADIENTS:
            gradient, factor = _GRADIENTS[above[0]]
            return gradient, factor * above[1] / below[1]
    return None


def _number(text: str) -> float | None:
    """Positive scale before a unit: 1000, 1e-3, 10^-3, 10-3."""
    power = _POWER_OF_TEN.fullmatch(text)
    if power:
        return float(f"1e{power[1]}")
    try:
        scale = float(text)
    except ValueError:
        return None
    return scale if 0.0 < scale < math.inf else None


def required_unit(text: str, dimension: str) -> Unit | None:
    """Unit of a quantity with a known dimension, or None where the text states none.

    Parameters
    ----------
    text : str
        As the file writes it; empty, ``-`` or ``unknown`` state none.
    dimension : str
        A key of :data:`PROJECT_UNITS`.

    Raises
    ------
    InputError
        If the unit is not known, or of another dimension; the caller says which column or variable.

    Examples
    --------
    >>> required_unit("ft", "length").factor
    0.3048
    """
    if _plain(text) in _UNSTATED:
        return None
    unit = unit_of(text)
    if unit is not None and unit.dimension == dimension:
        return unit
    wanted = PROJECT_UNITS[dimension]
    if unit is None:
        raise InputError(
            f"expected a known unit of {dimension}, got {text.strip()[:60]!r}; convert the numbers to {wanted}"
        )
    if (dimension, unit.dimension) == ("length", "angle"):
        raise InputError(
            f"expected lengths, got {text.strip()[:60]!r}: longitudes and latitudes are not eastings and northings; "
            "project them to metres (UTM, for example)"
        )
    raise InputError(
        f"expected a unit of {dimension}, got {text.strip()[:60]!r}, one of {unit.dimension}; "
        f"choose another, or convert the numbers to {wanted}"
    )
