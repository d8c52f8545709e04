"""Classes of rock as variables of a result: the likeliest of each cell, and the probability of every one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.meshes.base import Mesh
from geoinv.regularizers.rock_classes import RockClass

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["class_variables"]

NO_ROCK = -1
"""Class of cells that are not active."""


def class_variables(
    mesh: Mesh, rocks: Sequence[RockClass], probabilities: npt.NDArray[np.float64]
) -> dict[str, xr.Variable]:
    """Variables ``rock_class`` (a number a cell, CF flags) and ``rock_class_probability`` over classes and cells.

    Parameters
    ----------
    mesh : Mesh
        Cells.
    rocks : sequence of RockClass
        Classes.
    probabilities : (classes, *cells) array
        Of each class in each cell.

    Examples
    --------
    >>> import geoinv
    >>> mesh = geoinv.Grid.regular(shape=(1, 1, 2), spacing=(1.0, 1.0, 1.0))
    >>> rocks = [RockClass("host", 0.0, 0.1), RockClass("iron ore", 3.0, 0.1)]
    >>> found = class_variables(mesh, rocks, np.array([[[[0.9, 0.2]]], [[[0.1, 0.8]]]]))
    >>> found["rock_class"].values.ravel().tolist(), found["rock_class"].attrs["flag_meanings"]
    ([0, 1], 'host iron_ore')
    """
    import xarray as xr

    likeliest = np.where(mesh.active, np.argmax(probabilities, axis=0), NO_ROCK).astype(np.int32)
    shown = np.where(mesh.active, probabilities, np.nan)
    names = " ".join("_".join(one.name.split()) for one in rocks)
    told = "; ".join(f"{one.name}: {one.mean:.6g} +- {one.standard_deviation:.3g}" for one in rocks)
    flags = {
        "long_name": "likeliest class of rock",
        "flag_values": np.arange(NO_ROCK, len(rocks), dtype=np.int32),
        "flag_meanings": f"no_rock {names}",
        "comment": told,
    }
    if mesh.active.all():
        flags.update(flag_values=np.arange(len(rocks), dtype=np.int32), flag_meanings=names)
    about = {"long_name": "probability of each class of rock, in the order of the flags of rock_class", "units": "1"}
    return {
        "rock_class": xr.Variable(mesh.dims, likeliest, flags),
        "rock_class_probability": xr.Variable(("rock", *mesh.dims), shown, about),
    }
