"""What this machine and its Python have of all that the package can use, and the remedy of each lack."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from geoinv.core.backend import require_gpu
from geoinv.core.checks import InputError
from geoinv.core.memory import available_memory, bytes_text

__all__ = ["EXTRAS", "Finding", "findings"]

NEEDED = ("numpy", "numba", "scipy", "xarray", "netCDF4", "discretize", "ducc0", "pydantic")

EXTRAS = {
    "learn": (("torch", "safetensors", "PyWavelets", "pooch", "matplotlib"), "learned regularizers"),
    "view": (("pyvista", "matplotlib"), "pictures"),
    "desk": (("ppigrf", "pyproj", "rioxarray", "shapely"), "IGRF, coordinate systems, GeoTIFF, polygons"),
    "geoh5": (("h5py",), "files for Geoscience ANALYST"),
    "zarr": (("zarr",), "Zarr folders"),
    "omf": (("omf",), "OMF projects"),
    "dask": (("dask",), "ensembles over Dask"),
    "mpi": (("mpi4py", "pylops-mpi"), "several processes"),
}
"""Packages of each extra, and what they are for."""

LITTLE = 2e9
"""Bytes of memory or disk below which there is a remark."""

SECONDS = 60.0

DRAW = "import pyvista as pv; p = pv.Plotter(off_screen=True); p.add_mesh(pv.Sphere()); p.screenshot(return_img=True)"
"""What needs OpenGL; in a process of its own, as its lack can end one."""


@dataclass(frozen=True)
class Finding:
    """What was found about one thing.

    Attributes
    ----------
    about : str
        One word.
    text : str
        What is there, or what is not.
    remedy : str
        What to do about it; empty where nothing is lacking.
    """

    about: str
    text: str
    remedy: str = ""


def findings() -> Iterator[Finding]:
    """Look at one thing after another."""
    yield Finding("python", f"{sys.version.split()[0]} at {sys.executable}")
    yield _packages("needed", NEEDED, "the inversion itself", "pip install --force-reinstall geoinv")
    for extra, (names, purpose) in EXTRAS.items():
        yield _packages(extra, names, purpose, f"pip install 'geoinv[{extra}]'")
    yield _threads()
    yield _gpu()
    yield _drawing()
    yield _kernels()
    yield _memory()
    yield from _disks()


def _packages(about: str, names: tuple[str, ...], purpose: str, remedy: str) -> Finding:
    there, missing = [], []
    for name in names:
        try:
            there.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    text = f"{purpose}: {', '.join(there)}" if there else purpose
    if not missing:
        return Finding(about, text)
    return Finding(about, f"{text}{'; ' if there else ': '}{', '.join(missing)} not installed", remedy)


def _threads() -> Finding:
    import numba

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    used = numba.get_num_threads()
    limits = [f"{name}={os.environ[name]}" for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS") if name in os.environ]
    text = f"{used} of {cores} cores{', by ' + ' '.join(limits) if limits else ''}"
    return Finding("threads", text, "unset NUMBA_NUM_THREADS to use all" if used < cores else "")


def _gpu() -> Finding:
    try:
        cupy = require_gpu()
    except InputError as error:
        return Finding("gpu", f"none in use: {error}")
    about = cupy.cuda.runtime.getDeviceProperties(0)
    return Finding("gpu", f"{about['name'].decode()}, {bytes_text(about['totalGlobalMem'])}")


def _drawing() -> Finding:
    try:
        version("pyvista")
    except PackageNotFoundError:
        return Finding("opengl", "not tried: pyvista is not installed")
    try:
        ended = subprocess.run(
            [sys.executable, "-c", DRAW], capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
        drawn = ended.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        drawn = False
    if drawn:
        return Finding("opengl", "draws without a display")
    remedy = "install Mesa (libgl1, libosmesa6) or give a display; maps and sections are drawn without it"
    return Finding("opengl", "does not draw", remedy)


def _kernels() -> Finding:
    """Compiled kernels are kept beside the package, or wherever Numba says."""
    import geoinv

    place = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(geoinv.__file__).parent)
    if os.access(place, os.W_OK):
        return Finding("kernels", f"kept in {place}")
    return Finding(
        "kernels", f"{place} is not writable: compiled anew in each run", "set NUMBA_CACHE_DIR to a folder of yours"
    )


def _memory() -> Finding:
    free = available_memory()
    return Finding("memory", f"{bytes_text(free)} free", "end other programs" if free < LITTLE else "")


def _disks() -> Iterator[Finding]:
    for about, place in (("here", Path.cwd()), ("temporary", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(place).free
        yield Finding(about, f"{place}: {bytes_text(free)} free", "make room" if free < LITTLE else "")
