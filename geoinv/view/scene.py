"""The bodies in three dimensions, drawn by PyVista in a process of its own.

Where the graphics libraries are missing, VTK ends its process by a segmentation fault, which no
``except`` can catch; a process of its own may end that way and cost a panel, not the picture.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import AXES
from geoinv.meshes.octree_exchange import nodes_of_voxels
from geoinv.view.slices import colours_of, is_signed
from geoinv.view.subject import Model
from geoinv.view.window import Window

if TYPE_CHECKING:
    import pyvista as pv
    from matplotlib.colors import Normalize

__all__ = ["LEVELS", "NoSceneError", "arrows", "draw", "render"]

Array = npt.NDArray[np.float64]

LEVELS = (0.2, 0.4, 0.7)
"""Surfaces drawn, as shares of the largest value; of both signs where the scale lies about zero.

An octree is drawn as its cells from each of them on.
"""

STRONG, MOST_ARROWS = 0.5, 60
"""Part of the largest amplitude from which cells get an arrow, and how many arrows are drawn at the most."""

_OPACITIES = (0.2, 0.45, 1.0)
_THIN = 0.3  # of the surfaces' opacity where arrows stand in them
_SIZE = (1800, 1500)
_PATIENCE = 180  # seconds
_COMMAND = "import sys; from geoinv.view.scene import draw; draw(*sys.argv[1:])"


class NoSceneError(Exception):
    """The scene could not be drawn; the message says why, and what to install."""


def render(model: Model, window: Window, scale: Normalize, stations: Array) -> Array:
    """Picture (rows, columns, rgb) of the bodies under the ground and the stations.

    Raises
    ------
    NoSceneError
        If PyVista is not installed or cannot draw here.
    """
    if find_spec("pyvista") is None:
        raise NoSceneError("without its 3D view, which needs PyVista: pip install 'geoinv[view]'")
    from matplotlib.image import imread

    up, north, east = window.cells(model.grid)
    with TemporaryDirectory() as folder:
        arrays, picture = Path(folder) / "scene.npz", Path(folder) / "scene.png"
        np.savez(
            arrays,
            values=model.values[up, north, east],
            easting=model.grid.easting_edges[east.start : east.stop + 1],
            northing=model.grid.northing_edges[north.start : north.stop + 1],
            upward=model.grid.upward_edges[up.start : up.stop + 1],
            limits=(scale.vmin or 0.0, scale.vmax or 0.0),
            colours=colours_of(scale),
            signs=(1.0, -1.0) if is_signed(scale) else (1.0,),
            stations=stations,
            arrows=np.stack(arrows(model, window)),
            **_holes(model, window),
            **_octree_cells(model, window, scale),
        )
        command = [sys.executable, "-P", "-c", _COMMAND, str(arrays), str(picture)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        try:
            subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_PATIENCE, check=True)
            return _cropped(np.asarray(imread(picture), np.float64))
        except (OSError, subprocess.SubprocessError) as error:
            raise NoSceneError(
                f"without its 3D view: PyVista cannot draw here ({_reason(error)}); "
                "install the system packages libegl1 and libgl1-mesa-dri"
            ) from None


def _octree_cells(model: Model, window: Window, scale: Normalize) -> dict[str, Any]:
    """Strong cells of an octree inside the window, as they are; nothing of a tensor mesh."""
    if model.octree is None:
        return {}
    mesh, values = model.octree
    strong = np.abs(np.nan_to_num(values)) >= LEVELS[0] * (scale.vmax or 0.0)
    for axis in AXES:
        low, high = mesh.cell_edges(axis)
        begin, end = getattr(window, axis)
        strong &= (low < end) & (high > begin)
    points, index = nodes_of_voxels(mesh.corner[strong], mesh.width[strong], mesh.counts, mesh.spacing, mesh.origin)
    return {"voxel_points": points, "voxels": index, "voxel_values": values[strong]}


def _holes(model: Model, window: Window) -> dict[str, Any]:
    """Points of drill holes inside the window, and how many each hole has."""
    lines = [np.zeros((0, 3))] if model.known is None else [*model.known.holes, np.zeros((0, 3))]
    limits = np.array([getattr(window, axis) for axis in reversed(AXES)])
    inside = [points[np.all((points >= limits[:, 0]) & (points <= limits[:, 1]), axis=1)] for points in lines]
    return {"hole_points": np.concatenate(inside), "hole_lengths": np.array([len(points) for points in inside], float)}


def arrows(model: Model, window: Window) -> tuple[Array, Array]:
    """Where arrows of a magnetization begin, and where they point.

    Returns
    -------
    places, vectors : (arrows, 3) arrays
        Centres of strong cells inside the window, along easting, northing, upward in metres, and magnetization over its
        largest amplitude; none of a model that is no magnetization.
    """
    none = np.zeros((0, 3))
    if model.vectors is None:
        return none, none
    cells = window.cells(model.grid)
    values = np.nan_to_num(model.values[cells])
    strong = np.argwhere(values >= max(STRONG * values.max(), np.finfo(float).tiny))
    strong = strong[:: -(-max(1, len(strong)) // MOST_ARROWS)]
    index = strong + [part.start for part in cells]
    upward, northing, easting = (getattr(model.grid, axis)[index[:, k]] for k, axis in enumerate(AXES))
    vectors = model.vectors[:, index[:, 0], index[:, 1], index[:, 2]].T
    return np.column_stack([easting, northing, upward]), vectors / max(float(values.max()), np.finfo(float).tiny)


def _cropped(picture: Array) -> Array:
    """Picture without its white margins."""
    drawn = np.any(picture[..., :3] < 1.0, axis=2)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _reason(error: Exception) -> str:
    """How the process ended: its signal, its last word, or its time."""
    if not isinstance(error, subprocess.CalledProcessError):
        return f"no picture after {_PATIENCE} s" if isinstance(error, subprocess.TimeoutExpired) else str(error)
    if error.returncode < 0:
        return f"it ended by {signal.Signals(-error.returncode).name}"
    words: list[str] = error.stderr.strip().splitlines()
    return words[-1] if words else f"exit code {error.returncode}"


def draw(arrays: str, picture: str) -> None:
    """Draw the scene of an ``.npz`` file of :func:`render`; runs in the process of its own."""
    import pyvista as pv

    with np.load(arrays) as data:
        values, limits, stations = data["values"], data["limits"], data["stations"]
        colours, signs = str(data["colours"]), data["signs"]
        places, vectors = data["arrows"]
        ends = np.cumsum(data["hole_lengths"]).astype(int)
        holes = np.split(data["hole_points"], ends[:-1])
        edges = [data[axis] for axis in ("easting", "northing", "upward")]
        octree = [data[name] for name in ("voxel_points", "voxels", "voxel_values")] if "voxels" in data else None
    # about a corner of the scene: graphics work in single precision
    corner = [axis[0] for axis in edges]
    edges = [axis - start for axis, start in zip(edges, corner, strict=True)]
    plotter: Any = pv.Plotter(off_screen=True, window_size=list(_SIZE))
    plotter.set_background("white")
    plotter.enable_anti_aliasing("ssaa")
    body = _closed(edges, values) if octree is None else _voxels(octree[0] - np.array(corner), *octree[1:])
    thin = _THIN if len(places) else 1.0
    for level, opacity in zip(LEVELS, _OPACITIES, strict=True):
        for sign in signs:
            surface = _surface(body, sign, level * limits[1])
            if surface.n_points:
                plotter.add_mesh(
                    surface,
                    cmap=colours,
                    clim=limits,
                    opacity=thin * opacity,
                    scalars="values",
                    smooth_shading=octree is None,
                    show_scalar_bar=False,
                )
    plotter.add_mesh(_ground(edges, values), color="#7d705a", opacity=0.2, smooth_shading=True)
    if stations.size:
        points = (stations - np.array(corner)[:, None]).T.astype(np.float32)
        plotter.add_mesh(pv.PolyData(points), color="black", point_size=3.0, opacity=0.6)
    for points in holes:
        if len(points) > 1:
            line = pv.lines_from_points(points - np.array(corner))
            plotter.add_mesh(line, color="#00796b", line_width=6.0, render_lines_as_tubes=True)
    if len(places):
        length = 0.2 * max(float(axis[-1] - axis[0]) for axis in edges)
        plotter.add_arrows(places - np.array(corner), vectors, mag=length, color="#202020")
    plotter.add_mesh(pv.RectilinearGrid(*edges).outline(), color="#666666", line_width=1.5)
    plotter.add_axes(xlabel="E", ylabel="N", zlabel="Up", line_width=4, viewport=(0.0, 0.0, 0.25, 0.25))
    plotter.enable_depth_peeling(8)
    plotter.enable_parallel_projection()
    plotter.camera_position = [(-1.0, -1.7, 1.2), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    plotter.reset_camera()
    image = plotter.screenshot(picture, return_img=True)
    if np.ptp(image) == 0:
        raise SystemExit("the picture is blank")


def _closed(edges: Sequence[Array], values: Array) -> pv.RectilinearGrid:
    """Values at cell centres, with a rim of nothing, so that the surfaces close at the sides."""
    import pyvista as pv

    centres = [np.concatenate([axis[:1], 0.5 * (axis[1:] + axis[:-1]), axis[-1:]]) for axis in edges]
    body = pv.RectilinearGrid(*centres)
    body["values"] = np.pad(np.nan_to_num(values), 1).ravel()
    return body


def _voxels(points: Array, index: npt.NDArray[np.intp], values: Array) -> pv.UnstructuredGrid:
    """Cells of an octree, with their values."""
    import pyvista as pv

    cells = np.column_stack([np.full(len(index), 8), index])
    body = pv.UnstructuredGrid(cells.ravel(), np.full(len(index), pv.CellType.VOXEL), points)
    body.cell_data["values"] = values
    return body


def _surface(body: Any, sign: float, level: float) -> Any:
    """Surface at a level of values at points; of cells, those from it on."""
    if "values" in body.point_data:
        return body.contour([sign * level], scalars="values")
    return body.extract_cells(np.flatnonzero(sign * body.cell_data["values"] >= level))


def _ground(edges: Sequence[Array], values: Array) -> pv.StructuredGrid:
    """Surface through the tops of the highest cells that have a value."""
    import pyvista as pv

    present = np.isfinite(values)
    top = edges[2][present.shape[0] - np.argmax(present[::-1], axis=0)]
    top[~present.any(axis=0)] = np.nan
    easting, northing = np.meshgrid(*(0.5 * (axis[1:] + axis[:-1]) for axis in edges[:2]))
    return pv.StructuredGrid(easting, northing, top)
