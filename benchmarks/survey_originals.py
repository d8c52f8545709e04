"""Small good surveys, meshes, models and topographies of every format, for :mod:`mutated_surveys` to spoil."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from geoinv import Grid, MainField, Survey
from geoinv.formats import write_mesh, write_model, write_netcdf, write_survey
from geoinv.formats.esri_ascii import write_esri_ascii
from geoinv.formats.geotiff import write_geotiff
from geoinv.formats.surfer import write_surfer
from geoinv.meshes.octree import OctreeGrid
from geoinv.meshes.tensor import AXES

__all__ = ["BESIDE", "FIELD", "GRID", "ORIGINALS", "PACKED", "original"]

FIELD = MainField(65.0, 25.0, 50000.0)
GRID = Grid.regular((2, 3, 4), (10.0, 20.0, 25.0), (900.0, 6_200_000.0, 500_000.0))
VECTORS = np.round(np.linspace(-300.0, 400.0, 72).reshape(3, *GRID.shape), 3)


def _netcdf(data: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_netcdf(Path(folder, "a.nc"), data)
        return Path(folder, "a.nc").read_bytes()


def _folder(write: Callable[[Path], Any]) -> bytes:
    """Folder that is written, as a zip archive that keeps its files as they are."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that types of text are not in the specification yet
        folder = Path(place, "a.zarr")
        write(folder)
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            archive.writestr(zipfile.ZipInfo(file.relative_to(folder).as_posix()), file.read_bytes())
    return buffer.getvalue()


def _geosoft(packed: bool) -> bytes:
    """Geosoft grid of three rows of four nodes, plain or in one compressed block."""
    values = np.linspace(900.0, 930.0, 12).astype("<f4").tobytes()
    size = 1028 if packed else 4
    head = struct.pack("<5i5d2d", size, 2, 4, 3, 1, 30.0, 30.0, 499_990.0, 6_199_990.0, 0.0, 0.0, 1.0).ljust(512, b"\0")
    if not packed:
        return head + values
    block = bytes(16) + zlib.compress(values)
    return head + struct.pack("<4iqi", 0, 0, 1, 3, 512 + 28, len(block)) + block


def _text(write: Callable[[Path], None], suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of rasterio about its own dependencies
        write(Path(folder, f"a{suffix}"))
        return Path(folder, f"a{suffix}").read_bytes()


def _zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), content)
    return buffer.getvalue()


PACKED: tuple[Callable[[bytes], bytes], ...] = (
    lambda content: gzip.compress(content, mtime=0),
    lzma.compress,
    bz2.compress,
    _zipped,
)


def _survey() -> Survey:
    easting, northing = np.meshgrid(500_012.5 + 25.0 * np.arange(4), 6_200_010.0 + 20.0 * np.arange(3))
    tmi = np.round(100.0 * np.sin(np.arange(12.0)), 3)
    return Survey(easting.ravel(), northing.ravel(), np.full(12, 940.0), field=FIELD, data=tmi, uncertainty=1.0)


def _lines_flown() -> Survey:
    columns = {"line": np.repeat([10, 20, 30], 4), "fiducial": np.arange(12.0), "remark": np.full(12, "a b")}
    return replace(_survey(), columns=columns)


def _gravity(*components: str) -> Survey:
    survey = _survey()
    places = (survey.easting, survey.northing, survey.upward)
    data = np.round(np.sin(np.arange(12.0 * len(components))), 3).reshape(-1, 12)
    return Survey(*places, components=components, data=data, uncertainty=0.1)


def _octree() -> OctreeGrid:
    """Eight cells, one of them split."""
    import discretize

    mesh = discretize.TreeMesh([np.full(4, 25.0)] * 3, origin=[500_000.0, 6_200_000.0, 800.0], diagonal_balance=False)
    mesh.refine(1, finalize=False)
    mesh.insert_cells(np.array([[500_010.0, 6_200_010.0, 890.0]]), [2])
    return OctreeGrid.from_discretize(mesh)


def _topography() -> Any:
    import xarray as xr

    elevations = np.round(920.0 + np.arange(20.0).reshape(4, 5) / 3.0, 2)
    axes = {"easting": 499_990.0 + 30.0 * np.arange(5), "northing": 6_199_990.0 + 30.0 * np.arange(4)}
    return xr.Dataset({"elevation": (("northing", "easting"), elevations, {"units": "m"})}, coords=axes)


def _solution() -> Any:
    data = GRID.to_xarray(susceptibility=np.full(GRID.shape, 0.01))
    positions = {f"station_{axis}": ("station", getattr(_survey(), axis)) for axis in AXES}
    fit = {f"tmi_{name}": ("station", np.arange(12.0)) for name in ("observed", "predicted", "uncertainty")}
    return data.assign_coords(positions).assign(fit).assign_attrs(chi2_per_datum=1.0, status="at the target")


def _points() -> str:
    return "".join(
        f"{x} {y} {900 + (x + y) % 7}\n" for x in (499_990, 500_060, 500_110) for y in (6_199_990, 6_200_070)
    )


def _rows(layout: str, scale: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> str:
    survey = _survey()
    positions = (getattr(survey, axis) / unit for axis, unit in zip(reversed(AXES), scale, strict=True))
    rows = zip(*positions, survey.data[0], strict=True)  # type: ignore[index]
    return "".join(layout.format(*row) for row in rows)


ORIGINALS: dict[str, Callable[[], bytes]] = {
    "survey.obs": lambda: _text(lambda path: write_survey(path, _survey()), ".obs"),
    "directions.obs": lambda: ("65 25 50000\n65 25 0\n12\n" + _rows("{} {} {} 65 25 {} 1\n")).encode(),
    "stations.obs": lambda: ("65 25 50000\n65 25 1\n12\n" + _rows("{} {} {}\n")).encode(),
    "mesh.msh": lambda: _text(lambda path: write_mesh(path, GRID), ".msh"),
    "model.sus": lambda: _text(lambda path: write_model(path, GRID, np.linspace(0, 0.1, 24).reshape(2, 3, 4)), ".sus"),
    "repeats.sus": lambda: b"12*0.0 6*0.05 6*-100\n",
    "survey.csv": lambda: _text(lambda path: write_survey(path, _survey()), ".csv"),
    "survey.xyz": lambda: _text(lambda path: write_survey(path, _survey()), ".xyz"),
    "lines.xyz": lambda: _text(lambda path: write_survey(path, _lines_flown()), ".xyz"),
    "records.dat": lambda: _text(lambda path: write_survey(path, _lines_flown()), ".dat"),
    "definition.dfn": lambda: _text(lambda path: write_survey(path.with_suffix(".dat"), _lines_flown()), ".dfn"),
    "survey.csv.zip": lambda: _zipped(original("survey.csv")),
    "survey.nc.xz": lambda: lzma.compress(original("survey.nc")),
    "surface.grd": lambda: _text(lambda path: write_surfer(path, _topography()), ".grd"),
    "text.grd": lambda: b"DSAA\n3 2\n499990 500090\n6199990 6200040\n900 930\n900.5 910 1.70141e38\n905 920 930\n",
    "surface.asc": lambda: _text(lambda path: write_esri_ascii(path, _topography()), ".asc"),
    "surface.tif": lambda: _text(lambda path: write_geotiff(path, _topography()), ".tif"),
    "plain.grd": lambda: _geosoft(False),
    "packed.grd": lambda: _geosoft(True),
    "units.csv": lambda: (
        "Easting (km),Northing (km),Elev_ft,TMI [nT]\n" + _rows("{},{},{},{}\n", (1e3, 1e3, 0.3048))
    ).encode(),
    "topography.xyz": lambda: _points().encode(),
    "topography.topo": lambda: ("6\n" + _points()).encode(),
    "survey.nc": lambda: _netcdf(_survey().to_xarray()),
    "survey.zarr": lambda: _folder(lambda path: write_survey(path, _lines_flown())),
    "model.zarr": lambda: _folder(
        lambda path: GRID.to_xarray(susceptibility=np.full(GRID.shape, 0.02)).to_zarr(
            path, zarr_format=2, consolidated=False
        )
    ),
    "mesh.nc": lambda: _netcdf(GRID.to_xarray()),
    "model.nc": lambda: _netcdf(GRID.to_xarray(susceptibility=np.full(GRID.shape, 0.02))),
    "solution.nc": lambda: _netcdf(_solution()),
    "topography.nc": lambda: _netcdf(_topography()),
    "gravity.grv": lambda: _text(lambda path: write_survey(path, _gravity("gz")), ".grv"),
    "gradients.gg": lambda: _text(lambda path: write_survey(path, _gravity("guu", "gen")), ".gg"),
    "gravity.csv": lambda: ("x,y,z,Bouguer anomaly (uGal),sd\n" + _rows("{},{},{},{},1\n")).encode(),
    "gravity.nc": lambda: _netcdf(_gravity("gz", "guu").to_xarray()),
    "density.den": lambda: _text(lambda path: write_model(path, GRID, VECTORS[0], "density"), ".den"),
    "vectors.fld": lambda: _text(lambda path: write_model(path, GRID, VECTORS, "magnetization"), ".fld"),
    "density.nc": lambda: _netcdf(GRID.to_xarray(density=VECTORS[0])),
    "octree.msh": lambda: _text(lambda path: write_mesh(path, _octree()), ".msh"),
    "octree.nc": lambda: _netcdf(_octree().to_xarray(susceptibility=np.full(15, 0.02))),
}
"""Small good files of every format, by name."""

BESIDE: dict[str, str] = {"records.dat": "definition.dfn", "definition.dfn": "records.dat"}
"""The good file that must stand beside another, under the other's name."""


@cache
def original(name: str) -> bytes:
    """Content of a good file."""
    return ORIGINALS[name]()
