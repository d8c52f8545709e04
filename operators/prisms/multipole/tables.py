"""What stations against rows of cells take from a problem: nodes, moments, and passes over columns of a row."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geoinv.operators.prisms.blocks import longest_run
from geoinv.operators.prisms.multipole.expansion import HIGH, LANES, LOW, SLOTS, far_terms, near_cells, places
from geoinv.operators.prisms.multipole.moments import LOW_SLOTS, moments, rows_in_range
from geoinv.operators.prisms.problem import REGISTER, PrismProblem

__all__ = ["HALF_LANES", "TERMS", "FarTables", "far_tables"]

HALF_LANES = 24
"""Coefficients of moments of low degree, and of those of high degree, in whole vector registers."""

TERMS = (LOW + HIGH + 8) * HALF_LANES
"""Coefficients a pass and kind of row: `LOW` + 4 and `HIGH` + 4 powers of y."""

Array = npt.NDArray[np.float64]
Reals = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]


class FarTables(NamedTuple):
    """Nodes, centres and moments of the cells of a grid.

    Rows of cells of one width and height share an entry ("kind"). The columns of one length, the most that follow
    each other, are summed in one pass over a row; in those beside them the moments are kept apart by their power of
    the length, in one pass each (:class:`geoinv.operators.prisms.multipole.moments.Moments`). Terms and `lengths`
    are in the precision that far cells are evaluated in.

    Attributes
    ----------
    order : (components,) array of int
        Derivatives of each: 1, 2 or 3.
    weights : (components, unknowns, 7) array
        Of the prism kernels.
    x_nodes, y_nodes, z_nodes : arrays
        Cell edges in metres; eastings padded to whole vector registers.
    x, y, z : arrays
        Cell centres; eastings padded likewise.
    sizes : (components, unknowns) array
        What all entries are in units of, times a length to the power -1 - order.
    units : (kinds, passes, slots) array
        What the terms of each degree are in units of, in m^degree.
    low_terms, high_terms : (components, unknowns, kinds, passes, powers of y times `HALF_LANES`) arrays
        Coefficients of the moments of degrees 0, 2, 4, and of degrees 6, 8: the lanes are powers of x and r, degree
        by degree (:func:`geoinv.operators.prisms.multipole.expansion.places`).
    low_exponents, high_exponents : (3, powers of y times `HALF_LANES`) arrays of int
        Powers of z that they go with, for first, second and third derivatives.
    passes : (passes, 6) array of int
        Whether a pass has terms of low degree, whether its columns are of one length, and two ranges of columns.
    lengths : (passes, columns) array
        Cell length to the power that the pass goes with; 0 in the padding.
    kinds : (layers, rows) array of int
        Entry of each row.
    near, low : (kinds, columns) arrays
        Squared distance in m^2 within which a cell is near, and within which it needs high degrees.
    cutoff : (3, kinds) array
        Squared distance within which a row has near cells, within which its cells of one length need high degrees,
        and within which those beside them do.
    floor : (kinds,) array
        A squared distance in m^2 that no far cell reaches: near cells are kept from dividing by 0.
    nearest : (layers,) array
        Least squared distance in m^2 of a far cell of a layer.
    extent : (layers, rows, 2) array of int
        First active column and the one after the last; equal where no cell is active.
    """

    order: Integers
    weights: Array
    x_nodes: Reals
    y_nodes: Reals
    z_nodes: Reals
    x: Reals
    y: Reals
    z: Reals
    sizes: Array
    units: Array
    low_terms: Reals
    high_terms: Reals
    low_exponents: npt.NDArray[np.uint8]
    high_exponents: npt.NDArray[np.uint8]
    passes: Integers
    lengths: Reals
    kinds: Integers
    near: Array
    low: Array
    cutoff: Array
    floor: Array
    nearest: Array
    extent: Integers


def far_tables(problem: PrismProblem) -> FarTables:
    """Moments of the cells of a problem, and the distances within which its ``rtol`` needs their exact field."""
    weights, nodes, grid = problem.kernels, problem.nodes, problem.cells
    columns, cells = grid.shape[2], near_cells(problem)
    kinds, half_sizes, near, reach_low = cells
    x_half = half_sizes[0, :, 0]
    real = np.float32 if rows_in_range(problem, cells) else np.float64
    west, east = longest_run(x_half)
    shares, units, lengths, volume = moments(half_sizes, (west, east))
    passes = []
    if east - west < columns:
        passes += [(slot < LOW_SLOTS, False, 0, west, east, columns) for slot in range(SLOTS)]
    if west < east:
        passes.append((True, True, west, east if east < columns else columns + -columns % REGISTER, 0, 0))
    sizes = abs(weights.weights).max(axis=2)
    sizes[sizes == 0.0] = 1.0
    low_count = LANES[LOW_SLOTS]
    low_terms, high_terms = (
        np.zeros((*weights.weights.shape[:2], *shares.shape[:2], degree + 4, HALF_LANES), real)
        for degree in (LOW, HIGH)
    )
    low_exponents, high_exponents = (np.zeros((3, degree + 4, HALF_LANES), np.uint8) for degree in (LOW, HIGH))
    for c, order in enumerate(weights.order):
        lane, y, z = places(int(order)).T
        low, high = lane < low_count, lane >= low_count
        low_exponents[order - 1, y[low], lane[low]] = z[low]
        high_exponents[order - 1, y[high], lane[high] - low_count] = z[high]
        for u, datum in enumerate(weights.weights[c]):
            terms = shares @ far_terms(int(order), datum / sizes[c, u])
            low_terms[c, u][..., y[low], lane[low]] = terms[..., low]
            high_terms[c, u][..., y[high], lane[high] - low_count] = terms[..., high]

    active = grid.active
    begin, end = active.argmax(axis=2), columns - active[..., ::-1].argmax(axis=2)
    extent = np.stack([begin, np.where(active.any(axis=2), end, begin)], axis=-1)
    padding = (0, -columns % REGISTER)
    beside = np.delete(reach_low, np.s_[west:east], axis=1)
    return FarTables(
        order=weights.order,
        weights=weights.weights,
        x_nodes=nodes.x,
        y_nodes=nodes.y,
        z_nodes=nodes.z,
        x=np.pad(nodes.x[:columns] + x_half, padding, mode="edge"),
        y=0.5 * (nodes.y[:-1] + nodes.y[1:]),
        z=0.5 * (nodes.z[:-1] + nodes.z[1:]),
        sizes=sizes * volume,
        units=units,
        low_terms=low_terms.reshape(*low_terms.shape[:4], -1),
        high_terms=high_terms.reshape(*high_terms.shape[:4], -1),
        low_exponents=low_exponents.reshape(3, -1),
        high_exponents=high_exponents.reshape(3, -1),
        passes=np.array(passes, np.int64),
        lengths=np.pad(lengths, ((0, 0), padding)).astype(real),
        kinds=kinds,
        near=near**2,
        low=reach_low**2,
        cutoff=np.array([part.max(axis=1, initial=0.0) for part in (near, reach_low[:, west:east], beside)]) ** 2,
        floor=(0.1 * near.min(axis=1)) ** 2,
        nearest=near.min(axis=1)[kinds].min(axis=1) ** 2,
        extent=extent,
    )
