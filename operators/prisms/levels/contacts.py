"""Stations on faces and edges between the uniform cells of one larger cell.

A cell that is made of uniform ones has the sum of their fields, except at stations that touch more than one of them:
on a face each of them gives the limit from outside, on an edge the divergent logarithm is left out, and what the large
cell has there, inside it or on its own face, is something else. The difference is that between the box of those uniform
cells that the station touches, as one prism, and as the several that they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.meshes.tensor import Grid
from geoinv.operators.prisms.dense import cell_fields
from geoinv.operators.prisms.problem import PrismProblem, add_at

__all__ = ["InnerContacts", "inner_contacts"]

Integers = npt.NDArray[np.intp]

CORNERS = np.array(list(np.ndindex(2, 2, 2)))
"""The cells on either side of a station along upward, northing, easting: 0 below, 1 above."""


ROUNDING = 1e-11
"""Part of the fields that their sum may differ by where nothing but rounding is between them."""


@dataclass(frozen=True)
class InnerContacts:
    """What to add to the sum over uniform cells, for pairs of a station and a cell of the mesh.

    Attributes
    ----------
    station, cell : (pairs,) arrays of int
        The cell's number among all of the mesh.
    values : (pairs, components, unknowns) array
        Datum of the cell less the sum of those of its uniform ones.
    """

    station: Integers
    cell: Integers
    values: npt.NDArray[np.float64]

    def forward(self, models: npt.NDArray[Any], data: npt.NDArray[Any]) -> None:
        """Add to data (batch, components, stations) those of models (batch, unknowns, *mesh shape)."""
        if self.station.size:
            touched = models.reshape(*models.shape[:2], -1)[..., self.cell]
            add_at(data, (..., self.station), np.einsum("pcu,bup->bcp", self.values, touched))

    def adjoint(self, data: npt.NDArray[Any], models: npt.NDArray[Any]) -> None:
        """Transpose of :meth:`forward`: add to models those of data."""
        if self.station.size:
            touching = np.einsum("pcu,bcp->bup", self.values, data[..., self.station])
            add_at(models.reshape(*models.shape[:2], -1), (..., self.cell), touching)


def inner_contacts(problem: PrismProblem, owner: Callable[[Integers, Integers, Integers], Integers]) -> InnerContacts:
    """Pairs of stations and cells where the uniform cells' sum is not the cell's field.

    Parameters
    ----------
    problem : PrismProblem
        Uniform cells.
    owner : callable
        Of layers, rows and columns within the uniform cells; returns the number of the mesh's cell that each lies in,
        -1 for none that counts.
    """
    columns, nodes, local = problem.cells.shape[2], problem.nodes, problem.local_stations
    edges = (nodes.z, nodes.y, nodes.x[: columns + 1])
    above = np.column_stack([np.searchsorted(e, s, side="right") for e, s in zip(edges, local.T[::-1], strict=True)])
    below = np.column_stack([np.searchsorted(e, s, side="left") for e, s in zip(edges, local.T[::-1], strict=True)]) - 1
    above -= 1
    on_plane = above != below
    station = np.flatnonzero(on_plane.any(axis=1))
    below, above, on_plane = below[station], above[station], on_plane[station]
    owners = _owners(problem.cells.shape, below, above, on_plane, owner)
    kinds, pairs = [], []
    for corner in range(len(CORNERS)):
        same = (owners == owners[:, [corner]]) & (owners >= 0)
        several = np.flatnonzero((same.sum(axis=1) > 1) & ~same[:, :corner].any(axis=1))
        sides = [same[several][:, CORNERS[:, axis] == side].any(axis=1) for axis in range(3) for side in (0, 1)]
        kinds.append(np.column_stack([on_plane[several], *sides]))
        pairs.append(np.column_stack([several, owners[several, corner]]))
    kind, pair = np.concatenate(kinds), np.concatenate(pairs)
    values = np.zeros((len(pair), problem.components, problem.unknowns))
    # metres from the lower edge of the cell below, along axes on whose planes the station does not lie
    offsets = np.column_stack(
        [s - e[b.clip(0)] for e, s, b in zip(edges, local[station].T[::-1], below.T, strict=True)]
    )
    for one in np.unique(kind, axis=0):
        members = np.flatnonzero((kind == one).all(axis=1))
        places = np.where(one[:3], 0.0, offsets[pair[members, 0]])
        values[members] = _difference(problem, one, places)
    given = abs(values).max(axis=(1, 2), initial=0.0) > 0.0
    return InnerContacts(station[pair[given, 0]], pair[given, 1], values[given])


def _owners(
    shape: tuple[int, int, int],
    below: Integers,
    above: Integers,
    on_plane: npt.NDArray[np.bool_],
    owner: Callable[[Integers, Integers, Integers], Integers],
) -> Integers:
    """Owners (stations, 8) of the cells that stations touch; -1 where there is none."""
    owners = np.full((len(below), len(CORNERS)), -1, np.intp)
    for number, corner in enumerate(CORNERS.astype(bool)):
        index = np.where(corner, above, below)
        there = ((index >= 0) & (index < np.array(shape))).all(axis=1) & (on_plane | ~corner).all(axis=1)
        owners[there, number] = owner(*index[there].T)
    return owners


def _difference(
    problem: PrismProblem, kind: npt.NDArray[np.bool_], places: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Field (stations, components, unknowns) of a box of touching cells as one prism less that of the several.

    Parameters
    ----------
    problem : PrismProblem
        Uniform cells.
    kind : (9,) array of bool
        Along upward, northing, easting: whether stations lie on a plane; then, for each, whether there is a cell below
        it and one above.
    places : (stations, 3) array
        Stations from that plane, or from the lower edge of the one cell.
    """
    several, one = [], []
    for axis, (lower, upper) in enumerate(kind[3:].reshape(3, 2)):
        nodes = problem.axes[2 - axis].nodes
        width = float(nodes[1] - nodes[0])
        planes = np.array([-width, 0.0, width][1 - int(lower) : 2 + int(upper)] if kind[axis] else [0.0, width])
        several.append(planes)
        one.append(planes[[0, -1]])
    stations = np.ascontiguousarray(places[:, ::-1])
    total = np.zeros((problem.components, len(places), problem.unknowns))
    size = np.zeros_like(total)
    for sign, (upward, northing, easting) in ((1.0, one), (-1.0, several)):
        near = replace(problem, mesh=Grid(easting, northing, upward), stations=stations)
        fields = cell_fields(near, near.local_stations)
        total += sign * fields.sum(axis=(3, 4, 5))
        size += np.abs(fields).sum(axis=(3, 4, 5))
    # fields that add up but for rounding
    return np.where(np.abs(total) > ROUNDING * size, total, 0.0).swapaxes(0, 1)
