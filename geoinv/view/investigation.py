"""Depth of investigation over a model: the line beyond which it is its reference's, not the data's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.conventions.variables import INVESTIGATION_CUTOFF, INVESTIGATION_INDEX
from geoinv.meshes.base import AXES, Mesh
from geoinv.meshes.octree import OctreeGrid
from geoinv.meshes.octree_as_tensor import as_tensor
from geoinv.meshes.of_dataset import model_values
from geoinv.view.known import draw_outlines

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

    from geoinv.meshes.tensor import Grid

__all__ = ["draw_investigation", "unseen_of"]


def unseen_of(data: xr.Dataset, mesh: Mesh) -> npt.NDArray[np.float64] | None:
    """Where the index of a Dataset is above its cut-off: 1, elsewhere 0; None where it has none."""
    if INVESTIGATION_INDEX not in data.variables:
        return None
    try:
        cutoff = float(data[INVESTIGATION_INDEX].attrs.get("cutoff", INVESTIGATION_CUTOFF))
    except (TypeError, ValueError):
        cutoff = INVESTIGATION_CUTOFF
    index = model_values(data, data[INVESTIGATION_INDEX]).values
    above = np.where(np.nan_to_num(index) > cutoff, 1.0, 0.0)
    return as_tensor(mesh, above)[1] if isinstance(mesh, OctreeGrid) else above


def draw_investigation(ax: Axes, grid: Grid, unseen: npt.NDArray[np.float64] | None, across: str, index: int) -> str:
    """Draw the line on a slice through one layer of cells; returns what to add to its title."""
    if unseen is None:
        return ""
    layer = np.take(np.nan_to_num(unseen), index, axis=AXES.index(across))
    draw_outlines(ax, grid, layer, across, {"colors": "#c22", "linewidths": 1.1, "linestyles": "dashed"})
    return "\ndepth of investigation dashed"
