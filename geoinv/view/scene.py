"""The bodies in three dimensions, drawn by PyVista in a process of its own.

Where the graphics libraries are missing, VTK ends its process by a segmentation fault, which no
``except`` can catch; a process of its own may end that way and cost a panel, not the picture.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.view.slices import MODEL_COLOURS
from geoinv.view.subject import Model
from geoinv.view.window import Window

if TYPE_CHECKING:
    from matplotlib.colors import Normalize

__all__ = ["LEVELS", "NoScene", "draw", "render"]

LEVELS = (0.3, 0.5, 0.7)
"""Surfaces drawn, as shares of the largest value."""

_OPACITIES = (0.25, 0.5, 1.0)
_SIZE = (1200, 1000)
_PATIENCE = 180  # seconds
_COMMAND = "import sys; from geoinv.view.scene import draw; draw(*sys.argv[1:])"


class NoScene(Exception):
    """The scene could not be drawn; the message says why, and what to install."""


def render(model: Model, window: Window, scale: Normalize, stations: npt.NDArray[np.float64] | None) -> npt.NDArray[np.float64]:
    """Picture (rows, columns, rgb) of the bodies under the ground and the stations.

    Raises
    ------
    NoScene
        If PyVista is not installed or cannot draw here.
    """
    if find_spec("pyvista") is None:
        raise NoScene("without its 3D view, which needs PyVista: pip install 'geoinv[view]'")
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
            limits=[scale.vmin, scale.vmax],
            stations=np.empty((3, 0)) if stations is None else stations,
        )
        command = [sys.executable, "-P", "-c", _COMMAND, str(arrays), str(picture)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        try:
            subprocess.run(command, env=environment, capture_output=True, timeout=_PATIENCE, check=True)
            return np.asarray(imread(picture), np.float64)
        except (OSError, subprocess.SubprocessError):
            raise NoScene(
                "without its 3D view, because PyVista cannot draw here: install the system packages "
                "libegl1 and libgl1-mesa-dri (apt-get install libegl1 libgl1-mesa-dri)"
            ) from None


def draw(arrays: str, picture: str) -> None:
    """Draw the scene of an ``.npz`` file of :func:`render`; runs in the process of its own."""
    import pyvista as pv

    with np.load(arrays) as data:
        values, limits, stations = data["values"], data["limits"], data["stations"]
        edges = [data[axis] for axis in ("easting", "northing", "upward")]
    # about a corner of the scene: graphics work in single precision
    corner = [axis[0] for axis in edges]
    edges = [axis - start for axis, start in zip(edges, corner, strict=True)]
    plotter = pv.Plotter(off_screen=True, window_size=list(_SIZE))
    plotter.set_background("white")
    plotter.enable_anti_aliasing("ssaa")
    for level, opacity in zip(LEVELS, _OPACITIES, strict=True):
        surface = _closed(pv, edges, values).contour([level * limits[1]], scalars="values")
        if surface.n_points:
            plotter.add_mesh(
                surface, cmap=MODEL_COLOURS, clim=limits, opacity=opacity, smooth_shading=True, show_scalar_bar=False
            )
    plotter.add_mesh(_ground(pv, edges, values), color="#8a7f6a", opacity=0.22, smooth_shading=True)
    if stations.size:
        points = (stations - np.array(corner)[:, None]).T.astype(np.float32)
        plotter.add_mesh(pv.PolyData(points), color="black", point_size=2.5, opacity=0.5)
    plotter.add_mesh(pv.RectilinearGrid(*edges).outline(), color="0.4", line_width=1.5)
    plotter.add_axes(xlabel="E", ylabel="N", zlabel="up", line_width=3)
    plotter.camera_position = [(-1.2, -1.9, 1.15), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    plotter.reset_camera()
    plotter.camera.zoom(1.25)
    image = plotter.screenshot(picture, return_img=True)
    if np.ptp(image) == 0:
        raise SystemExit("the picture is blank")
