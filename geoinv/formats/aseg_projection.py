"""The projection of ASEG-GDF2 files: records ``PROJ`` of a ``.prj`` or ``.met`` file, as codes of the EPSG.

``PROJGDA94 / Map Grid of Australia zone 55     GDA94      6378137 0.0818... 0Transverse Mercator      0 147 0.9996
500000 10000000``: name, datum, ellipsoid, prime meridian, method and its parameters.
"""

from __future__ import annotations

import re
from pathlib import Path

from geoinv.core.checks import InputError
from geoinv.formats.aseg_definition import sibling
from geoinv.formats.notes import doubt, note
from geoinv.formats.text import TextLines

__all__ = ["projection_beside", "projection_record"]

_SUFFIXES = (".prj", ".met")
_PLAIN = re.compile(r"EPSG:\d{4,6}")
_ZONE = re.compile(r"zone\s*(\d{1,2})\s*([NS])?", re.I)
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_DATUMS = {
    # first of the codes of the zones in the north and in the south
    "GDA2020": (None, 7800),
    "GDA94": (None, 28300),
    "AGD66": (None, 20200),
    "AGD84": (None, 20300),
    "WGS84": (32600, 32700),
    "WGS72": (32200, 32300),
    "NAD83": (26900, None),
    "NAD27": (26700, None),
    "ETRS89": (25800, None),
}
_SOUTH, _SCALE, _EAST = 10_000_000.0, 0.9996, 500_000.0


def projection_beside(path: str | Path) -> str | None:
    """Code of the system that the projection file beside a data file names, or None.

    A record that is not understood is doubted, and so is one whose parameters are not those of its name.
    """
    for suffix in _SUFFIXES:
        found = sibling(path, suffix)
        if found is None:
            continue
        try:
            text = TextLines.read(found, inline_comments=False, limit=1 << 16)
        except InputError:
            continue
        for line in text.lines:
            if line.upper().startswith("PROJ"):
                return _code(found, line[4:].strip())
    return None


def _code(path: Path, record: str) -> str | None:
    """Code of a record of a projection."""
    plain = _PLAIN.match(record)
    if plain is not None:
        note("system", f"{plain.group()} ({path.name})")
        return plain.group()
    compact = re.sub(r"[ _]", "", record.upper())
    datum = next((name for name in _DATUMS if compact.startswith(name)), None)
    zone = _ZONE.search(record)
    numbers = [
        float(token) for token in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])", record[record.find("Merc") :])
    ]
    if datum is None or zone is None or len(numbers) < 5:
        doubt(f"{path}: the projection {record[:60]!r} is not understood; name its system with --crs where it counts")
        return None
    south = numbers[4] == _SOUTH
    number, base = int(zone.group(1)), _DATUMS[datum][south]
    expected = [0.0, 6.0 * number - 183.0, _SCALE, _EAST, _SOUTH if south else 0.0]
    if base is None or numbers[:5] != expected or not 1 <= number <= 60:
        doubt(
            f"{path}: the projection {record[:60]!r} has other parameters than its zone, and is not taken; name its "
            "system with --crs where it counts"
        )
        return None
    code = f"EPSG:{base + number}"
    note("system", f"{code}, {' '.join(record.split('  ')[0].split())} ({path.name})")
    return code


def projection_record(crs: str) -> str:
    """Record of a system by its code; with all parameters where it is a zone that the format's readers know."""
    code = re.fullmatch(r"EPSG:(\d{4,6})", crs.strip())
    for name, (north, south) in _DATUMS.items():
        for base, false_northing in ((north, 0), (south, 10_000_000)):
            number = int(code.group(1)) - base if code is not None and base is not None else 0
            if 1 <= number <= 60:
                title = f"{name} / {'Map Grid of Australia' if name.startswith('GDA') else 'UTM'} zone {number}"
                axes = "6378206.4 0.0822718542230038" if name == "NAD27" else "6378137 0.0818191910428158"
                if name in ("AGD66", "AGD84"):
                    axes = "6378160 0.0818201799960598"
                method = f"Transverse Mercator      0 {6 * number - 183} 0.9996 500000 {false_northing}"
                return f"PROJ{title:<40} {name:<10} {axes} 0{method}\n"
    return f"PROJ{crs}\n"
