"""Axes whose cells are whole multiples of the smallest one: a uniform axis on which each cell is a run of cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import Grid

__all__ = ["UniformAxis", "uniform_axis"]

MOST_CELLS = 2**31
"""Uniform cells along an axis beyond which no lattice would be of use."""


@dataclass(frozen=True)
class UniformAxis:
    """Uniform cells along an axis, and the cell of the mesh that each lies in.

    Attributes
    ----------
    edges : (uniform + 1,) array
        In metres; the mesh's own edges are among them as they are.
    multiples : (cells,) array of int
        Uniform cells in each cell of the mesh.
    """

    edges: npt.NDArray[np.float64]
    multiples: npt.NDArray[np.intp]

    @property
    def owners(self) -> npt.NDArray[np.intp]:
        """Cell of the mesh (uniform,) that each uniform cell lies in."""
        return np.repeat(np.arange(self.multiples.size), self.multiples)


def uniform_axis(grid: Grid, axis: str) -> UniformAxis | None:
    """Uniform axis of a grid's, or None where an edge lies between whole multiples of the smallest cell.

    Coordinates carry rounding: what is a whole multiple but for that (as :meth:`geoinv.Grid.uniform_spacing` takes
    it) counts as one.

    Examples
    --------
    >>> grid = Grid([0.0, 20.0, 30.0, 40.0, 70.0], [0.0, 1.0, 2.5], [0.0, 1.0])
    >>> uniform_axis(grid, "easting").multiples.tolist(), uniform_axis(grid, "northing")
    ([2, 1, 1, 3], None)
    """
    edges = grid.edges(axis)
    widths = np.diff(edges)
    multiples = np.rint(widths / widths.min())
    if multiples.sum() > MOST_CELLS:
        return None
    places = np.concatenate([[0], np.cumsum(multiples.astype(np.intp))])
    count = int(places[-1])
    spacing = float(edges[-1] - edges[0]) / count
    drift = float(np.abs(edges - (edges[0] + spacing * places)).max())
    if drift > 1e-9 * spacing + 4.0 * float(np.spacing(np.abs(edges).max())):
        return None
    uniform = edges[0] + spacing * np.arange(count + 1)
    uniform[places] = edges
    return UniformAxis(uniform, multiples.astype(np.intp))
