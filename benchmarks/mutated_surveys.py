"""Surveys, meshes, models and topographies spoilt at random, and what the readers make of each.

``spoilt(name, seed)`` is the content of a file and depends on nothing else; ``outcome(path)`` reads it in every way
there is: "right" (objects of finite numbers), "refused" (a sentence), or what went wrong. Run it to try many::

    python benchmarks/mutated_surveys.py --count 2000 --seed 0
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from mutations import mutated_bytes, mutated_text
from survey_originals import BESIDE, FIELD, GRID, ORIGINALS, PACKED, original

from geoinv import Grid, InputError, Survey
from geoinv.formats import (
    describe,
    read_mesh,
    read_model,
    read_topography,
    recognise,
)
from geoinv.formats.base import SurveyOptions
from geoinv.formats.reading import survey_of
from geoinv.meshes.base import Mesh
from geoinv.meshes.octree import OctreeGrid
from geoinv.meshes.tensor import AXES

__all__ = ["ORIGINALS", "main", "original", "outcome", "placed", "spoilt"]

Random = np.random.Generator

HIGHEST = 1e30
"""Magnitude that no number of a right object reaches."""

TOKENS = (
    *("", "nan", "inf", "-inf", "1e308", "1e400", "-1e400", "1e-400", "0", "-0", "-1", "1e-320", "-99999", "1e32"),
    *("-32768", "9.97e36", "*", "**", "5*3", "999999999*1", "*5", "0*5", "-2*5", "9" * 25, "9" * 5000, "1" * 200_000),
    *("1e99999999999999999999", "1e-99999999999999999999", "0x10", "1_000", "1,5", "1;5", "abc", '"', "'", '"1"'),
    *("\x00", "\x1b[31m", "é", "\u0661", "\uff11", "\u2212", "1d5", "--5", "1e", "+", ".", "11.", "1.5", "2147483648"),
    *("30000000", "1000000000000", "1" + " 1" * 5000, "!", "#", "easting", "LINE 10", "tmi(pT)", "x_ft"),
)
"""What stands in text files in place of a number or a name."""


def placed(folder: Path, name: str, content: bytes) -> Path:
    """File of a content, with the good one beside it that it needs."""
    path = folder / name
    if name.endswith(".zarr"):
        shutil.rmtree(path, ignore_errors=True)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(path)
        return path
    path.write_bytes(content)
    if name in BESIDE:
        path.with_suffix(Path(BESIDE[name]).suffix).write_bytes(original(BESIDE[name]))
    return path


def spoilt(name: str, seed: int) -> bytes:
    """Content of one of :data:`ORIGINALS` with one to three things done to it; equal seeds give equal files."""
    random = np.random.default_rng([seed, *name.encode()])
    content = original(name)
    if name.endswith(".zarr"):
        return _spoilt_folder(content, random)
    if name.endswith((".zip", ".xz", ".tif", "surface.grd", "plain.grd", "packed.grd")):
        return mutated_bytes(content, random)
    if name.endswith(".nc"):
        return _spoilt_netcdf(content, random) if random.random() < 0.8 else mutated_bytes(content, random)
    for _ in range(int(random.choice([1, 1, 1, 2, 3]))):
        content = _spoilt_text(content, random)
    if random.random() < 0.05:
        packed = PACKED[int(random.integers(len(PACKED)))](content)
        content = packed if random.random() < 0.3 else mutated_bytes(packed, random)
    return content


def _spoilt_folder(content: bytes, random: Random) -> bytes:
    """Folder with one of its files spoilt, or lost."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = list(files)[int(random.integers(len(files)))]
    if random.random() < 0.1:
        del files[name]
    elif name.rpartition("/")[2].startswith(("z", ".z")):
        files[name] = mutated_text(files[name], random)
    else:
        files[name] = mutated_bytes(files[name], random)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for one, kept in files.items():
            archive.writestr(zipfile.ZipInfo(one), kept)
    return buffer.getvalue()


def _spoilt_text(content: bytes, random: Random) -> bytes:
    """Text with a token or a line replaced, lost, doubled or moved, or written in another way."""
    text = content.decode("utf-8", errors="replace")
    lines = text.splitlines() or [""]
    kind = int(random.integers(10))
    line, other = (int(n) for n in random.integers(0, len(lines), 2))
    delimiter = "," if "," in lines[line] else " "
    tokens = lines[line].split(delimiter)
    place = int(random.integers(len(tokens)))
    if kind <= 3:
        tokens[place] = TOKENS[int(random.integers(len(TOKENS)))]
    elif kind == 4:
        del tokens[place]
    elif kind == 5:
        tokens.insert(place, tokens[place])
    lines[line] = delimiter.join(tokens)
    if kind == 6:
        del lines[line]
    elif kind == 7:
        lines.insert(other, lines[line])
    elif kind == 8:
        ways: list[Callable[[str], bytes]] = [
            lambda text: text.encode("utf-16"),
            lambda text: b"\xef\xbb\xbf" + text.encode(),
            lambda text: text.replace("\n", "\r\n").encode(),
            lambda text: text.replace("\n", "\r").encode(),
            lambda text: text.replace(" ", "\t").encode(),
            lambda text: text.replace(".", ",").encode(),
            lambda text: text.replace(",", ";").encode(),
            lambda text: ("! comment\n\n" + text + "\x1a").encode(),
            lambda text: (text * 3).encode(),
            lambda _: b"",
        ]
        return ways[int(random.integers(len(ways)))]("\n".join(lines) + "\n")
    elif kind == 9:
        return mutated_bytes(content, random)
    return ("\n".join(lines) + "\n").encode("utf-8", errors="replace")


def _spoilt_netcdf(content: bytes, random: Random) -> bytes:
    """Dataset with a variable, its attributes, its type or its dimensions changed, written as netCDF 3 or 4."""
    import xarray as xr

    with xr.open_dataset(content, engine="netcdf4", decode_cf=False) as opened:
        data = opened.load().copy(deep=True)
    for _ in range(int(random.integers(1, 3))):
        try:
            data = _spoilt_dataset(data, random)
        except (ValueError, KeyError, TypeError, RuntimeError):
            continue  # xarray cannot hold that: it has not been done
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.nc")
        form: Any = "NETCDF3_64BIT" if random.random() < 0.1 else "NETCDF4"
        try:
            data.to_netcdf(path, engine="netcdf4", format=form)
        except (ValueError, TypeError, OSError, RuntimeError, AttributeError, OverflowError):
            return content
        return path.read_bytes()


def _spoilt_dataset(data: Any, random: Random) -> Any:
    names = [str(name) for name in data.variables]
    name = names[int(random.integers(len(names)))]
    variable = data[name].variable
    values = np.array(variable.values)
    kind = int(random.integers(9))
    if kind == 0:
        return data.drop_vars(name)
    if kind == 1:
        return data.drop_vars(name).assign({str(random.choice([*names, "x", "z", "active", "crs"])): variable})
    if kind in (2, 3):
        key = str(random.choice(ATTRIBUTES))
        value = VALUES[int(random.integers(len(VALUES)))]
        owner = data if random.random() < 0.3 else data[name]
        owner.attrs[str(random.choice(list(data.attrs) or [key])) if owner is data else key] = value
        return data
    if kind == 4 and values.size and values.dtype.kind == "f":
        flat = values.ravel()
        chosen = random.integers(0, flat.size, 1 + int(random.integers(flat.size)))
        flat[chosen] = random.choice(NUMBERS)
        return data.drop_vars(name).assign({name: (variable.dims, flat.reshape(values.shape), variable.attrs)})
    if kind == 5:
        kinds = ("f4", "i2", "i4", "i8", "u1", "S3", "U4", "bool", "complex64", "M8[s]")
        return data.drop_vars(name).assign({name: (variable.dims, values.astype(random.choice(kinds)), variable.attrs)})
    if kind == 6:
        dims = [*variable.dims, *map(str, data.dims), "other"]
        wanted = [str(random.choice(dims)) for _ in range(int(random.integers(0, 4)))]
        sizes = [int(data.sizes.get(dim, 2)) for dim in wanted]
        return data.drop_vars(name).assign({name: (wanted, np.ones(sizes), variable.attrs)})
    if kind == 7 and data.dims:
        dim = str(random.choice(list(map(str, data.dims))))
        return data.isel({dim: random.integers(0, data.sizes[dim], int(random.integers(0, data.sizes[dim] + 1)))})
    return data.assign({f"{name}_too": variable})


ATTRIBUTES = (
    *("units", "scale_factor", "add_offset", "_FillValue", "missing_value", "positive", "standard_name", "bounds"),
    *("coordinates", "valid_range", "valid_min", "_Unsigned", "calendar", "dtype", "grid_mapping", "axis"),
)
VALUES: tuple[Any, ...] = (
    *(
        "",
        "m",
        "km",
        "ft",
        "nT",
        "pT",
        "degrees",
        "K",
        "1",
        "0.1",
        "down",
        "up",
        "sideways",
        "depth",
        "longitude",
        "true",
    ),
    *("no_such_variable", "\x1b[31m", "x" * 5000, 0, 1, -1, 5, 1e30, float("nan"), float("inf"), 1e-300, 2**40),
    *([1.0, 2.0], [1.0, 2.0, 3.0], np.float32(0.5), np.int16(3), "easting", "easting northing"),
)
NUMBERS = (np.nan, np.inf, -np.inf, 9.969209968386869e36, -99999.0, 1e32, 1e300, 0.0, -5.0, 1e-300, 1e29)


def outcome(path: Path) -> str:
    """Read a file in every way: "right", "refused", or what is wrong with an object or an exception."""
    results = []
    for read in (recognise, describe, _survey_of, _grid_of, _model_of, _topography_of):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                wrong = _wrong(read(path))
        except InputError as error:
            text = str(error)
            wrong = f"{read.__name__}: no sentence" if not text or len(text) > 3000 else "refused"
        except Exception as error:
            return f"{read.__name__}: {type(error).__name__}: {error}"
        if wrong not in ("", "refused"):
            return f"{read.__name__}: {wrong}"
        results.append(wrong)
    return "refused" if all(result == "refused" for result in results[2:]) else "right"


def _survey_of(path: Path) -> Survey:
    if "grid" in recognise(path).holds:
        return survey_of(path, SurveyOptions(columns={"gz": 1}, height=950.0))
    return survey_of(path, SurveyOptions(stand_in=FIELD))


def _grid_of(path: Path) -> Mesh:
    return read_mesh(path)


def _model_of(path: Path) -> npt.NDArray[np.float64]:
    kind = recognise(path)
    said = kind.quantity(path) if kind.quantity is not None else ""
    return read_model(path, GRID, said or "susceptibility")


def _topography_of(path: Path) -> npt.NDArray[np.float64]:
    return read_topography(path)


def _wrong(found: Any) -> str:
    """What is wrong with an object that was read; empty where nothing is."""
    if isinstance(found, Survey):
        arrays = [found.easting, found.northing, found.upward, found.data, found.uncertainty]
        finite = all(array is None or _usable(array) for array in arrays)
        return "" if finite else f"numbers that cannot be used in {found}"
    if isinstance(found, Grid):
        edges = [found.edges(axis) for axis in AXES]
        return "" if all(_usable(one) and (np.diff(one) > 0).all() for one in edges) else f"edges of {found}"
    if isinstance(found, OctreeGrid):
        return "" if _usable(found.volumes) and (found.volumes > 0).all() else f"volumes of {found}"
    if isinstance(found, np.ndarray):
        there = found[~np.isnan(found)]
        fits = found.shape in (GRID.shape, (3, *GRID.shape)) or found.ndim == 2
        return "" if fits and _usable(there) else "an array that cannot be used"
    return "" if found else "nothing"


def _usable(array: npt.NDArray[np.float64]) -> bool:
    return bool(np.isfinite(array).all() and (np.abs(array) < HIGHEST).all())


def main(count: int, seed: int, names: list[str] | None = None) -> int:
    """Try `count` files of each original; print the outcomes, and how to make each that failed again."""
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for name in names or ORIGINALS:
            outcomes: Counter[str] = Counter()
            for k in range(seed, seed + count):
                found = outcome(placed(Path(folder), name, spoilt(name, k)))
                failed = found not in ("right", "refused")
                if failed:
                    print(f"  spoilt({name!r}, {k}): {found[:300]}", flush=True)
                outcomes["failed" if failed else found] += 1
            print(
                f"{name:<18} " + ", ".join(f"{outcomes[key]} {key}" for key in ("right", "refused", "failed")),
                flush=True,
            )
            total += outcomes
    print(f"{'all':<18} " + ", ".join(f"{total[key]} {key}" for key in ("right", "refused", "failed")))
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="files of each original")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", help="originals to spoil; all by default")
    given = parser.parse_args()
    raise SystemExit(main(given.count, given.seed, given.only))
