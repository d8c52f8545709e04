"""A body: a closed surface, and what is known of the rock inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.constraints.closed import refuse_open
from geoinv.constraints.inside import shares_inside
from geoinv.constraints.said import Interior, Said, refuse_beside, rock_of
from geoinv.core.checks import InputError, array_of
from geoinv.formats.triangles import Triangles, read_triangles
from geoinv.meshes.base import Mesh

__all__ = ["Body"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Body:
    """Value or bounds of the cells inside a closed surface.

    Parameters
    ----------
    surface : str, Path or Triangles
        File of the surface (STL, OBJ or GOCAD TSurf), easting, northing and upward in metres.
    value : float, optional
        What the cells are held at, softly.
    weight : float
        How firmly: 1 as the reference holds every cell, 100 ten times as close.
    bounds : (float, float), optional
        Lowest and highest value, kept to exactly; the same two fix the cells.
    share : float
        Part of a cell's volume that must be inside, above 0 up to 1.

    Raises
    ------
    InputError
        When it is applied: if the surface is open, lies outside the mesh or holds no active cell; or the numbers are
        none that it could be.

    Examples
    --------
    >>> import geoinv
    >>> from geoinv.formats.triangles import Triangles
    >>> corner = np.array([[0.0, 0, 0], [30, 0, 0], [0, 30, 0], [0, 0, 30]])
    >>> pyramid = Triangles(corner, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))
    >>> grid = geoinv.Grid.regular((3, 3, 3), (10.0, 10.0, 10.0))
    >>> said = Body(pyramid, bounds=(0.01, 0.1)).said_of(grid, np.zeros(grid.shape), "susceptibility")[0]
    >>> said.cells.tolist()
    [0, 1, 3, 9]
    """

    surface: str | Path | Triangles
    value: float | None = None
    weight: float = 1.0
    bounds: tuple[float, float] | None = None
    share: float = 0.5

    @property
    def name(self) -> str:
        """Its file, or what it is."""
        return str(self.surface) if isinstance(self.surface, (str, Path)) else "the body"

    @cached_property
    def triangles(self) -> Triangles:
        """The surface, closed.

        Raises
        ------
        InputError
            If it is open, or its file cannot be read.
        """
        surface: Any = self.surface
        if isinstance(surface, (str, Path)):
            surface = read_triangles(surface)
        if not isinstance(surface, Triangles):
            raise InputError(f"Body expects the file of a surface or Triangles, got {type(surface).__name__}")
        refuse_open(self.name, surface)
        return surface

    def said_of(self, mesh: Mesh, reference: Array, quantity: str) -> Sequence[Said]:
        """What it says of the active cells inside; see :class:`geoinv.constraints.said.Constraint`."""
        inside = Interior(self.value, self.weight, self.bounds).checked(self.name, quantity)
        share = float(array_of(self.name, "share", self.share, shape=()))
        if not 0.0 < share <= 1.0:
            raise InputError(f"{self.name} expects a share of each cell above 0 and up to 1, got {share:g}")
        refuse_beside(self.name, mesh, self.triangles.vertices)
        cells, shares = shares_inside(self.name, mesh, self.triangles)
        # shares of whole cells are 1 but for rounding
        enough = cells[shares >= share * (1.0 - 1e-9)]
        size = " x ".join(f"{length:.4g}" for length in np.ptp(self.triangles.vertices, axis=0))
        cells = rock_of(self.name, mesh, enough, f"at least {100.0 * share:g} % inside it, a body of {size} m")
        return (inside.over(self.name, f"{cells.size} cells at least {100.0 * share:g} % inside the body", cells),)
