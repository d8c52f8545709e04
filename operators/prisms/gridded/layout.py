"""Which surveys and grids are regular enough for two-dimensional convolutions, and the kernel by offset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import ducc0.fft
import numpy as np
import numpy.typing as npt

from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.problem import PrismProblem

__all__ = ["GriddedLayout", "Offsets", "layout_of"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GriddedLayout:
    """Stations of a regular survey by row and column, spaced as the cells are.

    Attributes
    ----------
    spacing : (float, float)
        Cell size along northing and easting, in metres.
    origin : (float, float)
        Northing and easting of the south-western corner, in metres, among the problem's nodes.
    row, column : (stations,) arrays of int
        Place of each station, counted from that corner.
    padded : (int, int)
        Rows and columns of the Fourier transforms, with room for all of every offset: shorter ones
        would wrap around.
    precision : dtype
        Of spectra and transforms.
    """

    spacing: tuple[float, float]
    origin: tuple[float, float]
    row: npt.NDArray[np.intp]
    column: npt.NDArray[np.intp]
    padded: tuple[int, int]
    precision: np.dtype[Any]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns that the stations span."""
        return int(self.row.max()) + 1, int(self.column.max()) + 1

    @property
    def spectrum_shape(self) -> tuple[int, int]:
        """Shape of the transform of one layer."""
        return self.padded[0], self.padded[1] // 2 + 1


def layout_of(problem: PrismProblem) -> GriddedLayout | str:
    """Layout of a survey over a grid in the problem's precision, or the clause that says why it is not regular."""
    spacings, steps, origins = [], [], []
    for axis, local in (("northing", problem.axes[1]), ("easting", problem.axes[0])):
        if local.spacing is None:
            return f"cells differ in width along {axis}"
        if local.steps is None:
            return f"stations are not spaced by whole cells along {axis}"
        spacings.append(local.spacing)
        steps.append(local.steps)
        origins.append(float(local.stations.min()))
    upward = problem.stations[:, 2]
    if np.ptp(upward) > 4 * np.spacing(np.abs(upward).max()):
        return "stations differ in height"
    _, rows, columns = problem.cells.shape
    padded = (
        ducc0.fft.good_size(rows + int(steps[0].max())),
        ducc0.fft.good_size(columns + int(steps[1].max()), True),
    )
    return GriddedLayout(
        spacing=(spacings[0], spacings[1]),
        origin=(origins[0], origins[1]),
        row=steps[0],
        column=steps[1],
        padded=padded,
        precision=problem.storage,
    )


class Offsets:
    """Field of a cell by its offset from the station, in float64: what a layer is convolved with.

    Parameters
    ----------
    problem : PrismProblem
        Cells, stations and kernel weights.
    layout : GriddedLayout
        Of the problem.

    Attributes
    ----------
    padded : (int, int)
        Rows and columns of the transforms.
    """

    def __init__(self, problem: PrismProblem, layout: GriddedLayout) -> None:
        (rows, columns), (_, cell_rows, cell_columns) = layout.shape, problem.cells.shape
        northing, easting = layout.origin
        one = np.array([[easting, northing, problem.local_stations[0, 2]]])
        nodes = problem.nodes
        cells = type(problem.cells)(
            nodes.x[0] + layout.spacing[1] * np.arange(1 - columns, cell_columns + 1),
            nodes.y[0] + layout.spacing[0] * np.arange(1 - rows, cell_rows + 1),
            nodes.z,
        )
        # one station over cells that span all offsets, in the problem's own metres
        self._span = PrismProblem(cells, one, problem.kernels, np.dtype(float))
        self.padded = layout.padded
        # offset -d stands at index d of a circular convolution
        self._to_row = -np.arange(1 - rows, cell_rows) % layout.padded[0]
        self._to_column = -np.arange(1 - columns, cell_columns) % layout.padded[1]

    def fields(self, layers: slice) -> Array:
        """Fields (components, unknowns, layers, rows, columns), from the offset furthest south and west on."""
        grid = self._span.cells
        edges = grid.upward_edges[layers.start : layers.stop + 1]
        span = replace(self._span, mesh=type(grid)(grid.easting_edges, grid.northing_edges, edges))
        return cell_fields(span, span.local_stations)[:, 0]

    def placed(self, values: Array, precision: np.dtype[Any]) -> npt.NDArray[Any]:
        """Values (..., rows, columns) by offset in the places (..., *padded) that a circular convolution wants."""
        table = np.zeros((*values.shape[:-2], *self.padded), precision)
        table[..., self._to_row[:, None], self._to_column] = values
        return table
