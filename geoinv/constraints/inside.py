"""How much of each cell lies inside a closed surface: vertical rays through the cells, exact along each ray."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from geoinv.constraints.cell_sides import planes_of, sides_of
from geoinv.constraints.closed import is_oriented
from geoinv.core.checks import InputError
from geoinv.formats.triangles import Triangles
from geoinv.meshes.base import AXES, Mesh

__all__ = ["shares_inside"]

RAYS = 16
"""Rays along easting and northing through each of the finest cells, where there are not too many."""

MOST_PAIRS = 3e7
"""Most pairs of a cell and a ray; more cells get fewer rays each."""

CHUNK = 2_000_000
"""Pairs that are looked at at a time."""

OFF_CENTRE = 0.5 + 0.00137
"""Where rays stand among the parts of a cell: not where edges of bodies are usually drawn."""

MOST_LOST = 1e-3
"""Share of the rays that may enter a body without leaving it, as rounding makes it; they are left out."""

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class _Crossings:
    """Where rays enter (+1) and leave (-1) the body: heights in the order of the rays, and where each ray's begin."""

    upward: Array
    turns: Array
    starts: Integers


def shares_inside(name: str, mesh: Mesh, surface: Triangles) -> tuple[Integers, Array]:
    """Cells of a mesh that a body touches, and the share of each that is inside.

    Where parts of a body overlap, what is inside any of them is inside; a part whose triangles face the other way, as
    the walls of a cavity do, is cut out. Where the triangles of one part face both ways, what is inside an even number
    of parts is outside.

    Parameters
    ----------
    name : str
        Of the body, for errors.
    mesh : Mesh
        Cells.
    surface : Triangles
        Closed, see :func:`geoinv.constraints.closed.refuse_open`.

    Returns
    -------
    cells : (touched,) array of int
        In the order of a raveled model.
    shares : (touched,) array
        Above 0, up to 1.

    Raises
    ------
    InputError
        If rays enter the body that do not leave it.
    """
    lowest, highest = surface.vertices.min(axis=0), surface.vertices.max(axis=0)
    sides = {axis: sides_of(mesh, axis) for axis in AXES}
    near = np.ones(mesh.size, bool)
    for place, axis in enumerate(reversed(AXES)):
        low, high = sides[axis]
        near &= (low < highest[place]) & (high > lowest[place])
    cells = np.flatnonzero(near)
    if not cells.size:
        return cells, np.zeros(0)
    planes = {axis: planes_of(mesh, axis) for axis in ("easting", "northing")}
    number = _rays_a_cell(cells.size, sides, planes, cells)
    rays = {
        axis: _samples(planes[axis], lowest[place], highest[place], number)
        for place, axis in enumerate(("easting", "northing"))
    }
    crossings = _crossings(name, surface, rays["easting"], rays["northing"])
    inside = np.zeros(cells.size)
    ranges, all_rays = [], np.ones(cells.size)
    for axis in ("easting", "northing"):
        low, high = (side[cells] for side in sides[axis])
        ranges.append(np.searchsorted(rays[axis], [low, high]))
        all_rays *= number * (np.searchsorted(planes[axis], high) - np.searchsorted(planes[axis], low))
    (east, east_end), (north, north_end) = ranges
    counts = (east_end - east) * (north_end - north)
    bottom, top = (side[cells] for side in sides["upward"])
    for part in _chunks(counts):
        of, within = _expanded(counts[part])
        width = (east_end - east)[part][of]
        ray = (north[part][of] + within // width) * rays["easting"].size + east[part][of] + within % width
        first, last = crossings.starts[ray], crossings.starts[ray + 1]
        pair, step = _expanded(last - first)
        place, cell = first[pair] + step, of[pair]
        height = crossings.upward[place]
        above = np.maximum(top[part][cell] - height, 0.0) - np.maximum(bottom[part][cell] - height, 0.0)
        inside[part] += np.bincount(cell, crossings.turns[place] * above, counts[part].size)
    shares = np.clip(inside / (all_rays * (top - bottom)), 0.0, 1.0)
    touched = shares > 0.0
    return cells[touched], shares[touched]


def _rays_a_cell(count: int, sides: dict[str, tuple[Array, Array]], planes: dict[str, Array], cells: Integers) -> int:
    """Rays along one axis through the finest cells, so that there are not too many pairs."""
    finest = np.ones(count)
    for axis in ("easting", "northing"):
        low, high = (np.searchsorted(planes[axis], side[cells]) for side in sides[axis])
        finest *= high - low
    return int(np.clip(np.sqrt(MOST_PAIRS / finest.sum()), 1, RAYS))


def _samples(planes: Array, lowest: float, highest: float, number: int) -> Array:
    """Ascending coordinates of rays: so many in each interval between planes that the body reaches into."""
    begin = max(int(np.searchsorted(planes, lowest, side="right")) - 1, 0)
    end = min(int(np.searchsorted(planes, highest, side="left")), planes.size - 1)
    low, width = planes[begin:end, None], np.diff(planes[begin : end + 1])[:, None]
    return np.asarray(low + width * (np.arange(number) + OFF_CENTRE) / number).ravel()


def _crossings(name: str, surface: Triangles, easting: Array, northing: Array) -> _Crossings:
    """Where vertical rays over (northing, easting) enter and leave a body."""
    corner = np.array([easting[0], northing[0], 0.0])
    vertices = surface.vertices - corner
    ray, height, up = _hits(vertices, surface.corners, easting - corner[0], northing - corner[1])
    order = np.lexsort((height, ray))
    ray, height, up = ray[order], height[order], up[order]
    number = easting.size * northing.size
    starts = np.searchsorted(ray, np.arange(number + 1))
    rank = np.arange(ray.size) - starts[ray]
    if is_oriented(surface):
        # a ray on its way up enters where the outside is below: where a triangle faces down
        running = np.cumsum(-up)
        winding = running - np.concatenate([[0.0], running])[starts[ray]]
    else:
        winding = (rank + 1.0) % 2.0
    after = winding != 0.0
    before = np.where(rank > 0, np.roll(after, 1), False)
    last = starts[1:][starts[1:] > starts[:-1]] - 1
    lost = np.zeros(number, bool)
    lost[ray[last[after[last]]]] = True
    hit = int((np.diff(starts) > 0).sum())
    if lost.sum() > MOST_LOST * max(hit, 1):
        raise InputError(
            f"{name} expects a surface with an inside, got {int(lost.sum())} of {hit} vertical rays that enter it "
            "without leaving; export it again as one closed surface that does not cross itself"
        )
    turns = (after.astype(np.float64) - before) * ~lost[ray]
    return _Crossings(height, turns, starts)


def _hits(vertices: Array, corners: Integers, easting: Array, northing: Array) -> tuple[Integers, Array, Array]:
    """Rays that cross triangles: which one, at what height, and whether the triangle faces up (+1) or down (-1).

    A ray lies on one and the same side of an edge for both of its triangles, as the side is computed from the edge's
    vertices in the order of their numbers: none slips through between two.
    """
    first, second, third = (vertices[corners[:, k]] for k in range(3))
    normal = np.cross(second - first, third - first)
    steep = normal[:, 2] == 0.0
    corners, normal, first = corners[~steep], normal[~steep], first[~steep]
    points = vertices[corners]
    low, high = points.min(axis=1), points.max(axis=1)
    east, east_end = np.searchsorted(easting, [low[:, 0], high[:, 0]])
    north, north_end = np.searchsorted(northing, [low[:, 1], high[:, 1]])
    # row by row of rays, so that a large triangle does not ask for all of its rays at once
    triangle, rows = _expanded(np.where(east_end > east, np.maximum(north_end - north, 0), 0))
    counts = (east_end - east)[triangle]
    rays, heights, ups = [np.zeros(0, np.intp)], [np.zeros(0)], [np.zeros(0)]
    for part in _chunks(counts):
        which, within = _expanded(counts[part])
        of = triangle[part][which]
        column, row = east[of] + within, north[of] + rows[part][which]
        x, y, up = easting[column], northing[row], np.sign(normal[of, 2])
        hit = np.ones(of.size, bool)
        for begin, end in ((0, 1), (1, 2), (2, 0)):
            one, two = corners[of, begin], corners[of, end]
            ahead = one < two
            start, stop = vertices[np.where(ahead, one, two)], vertices[np.where(ahead, two, one)]
            side = (stop[:, 0] - start[:, 0]) * (y - start[:, 1]) - (stop[:, 1] - start[:, 1]) * (x - start[:, 0])
            hit &= (side > 0.0) == (np.where(ahead, up, -up) > 0.0)
        of, x, y, up = of[hit], x[hit], y[hit], up[hit]
        slope = normal[of, 0] * (x - first[of, 0]) + normal[of, 1] * (y - first[of, 1])
        rays.append((row[hit] * easting.size + column[hit]).astype(np.intp))
        heights.append(first[of, 2] - slope / normal[of, 2])
        ups.append(up)
    return np.concatenate(rays), np.concatenate(heights), np.concatenate(ups)


def _chunks(counts: Integers) -> list[slice]:
    """Slices of a list that take about so many pairs each."""
    total = np.cumsum(counts)
    if not total.size:
        return []
    cuts = np.searchsorted(total, np.arange(CHUNK, int(total[-1]), CHUNK), side="right")
    ends = np.unique([0, *cuts.tolist(), counts.size])
    return [slice(int(begin), int(end)) for begin, end in pairwise(ends)]


def _expanded(counts: Integers) -> tuple[Integers, Integers]:
    """For each of so many places of each entry: the entry, and the number of the place within it."""
    of = np.repeat(np.arange(counts.size), counts)
    starts = np.cumsum(counts) - counts
    return of, np.arange(of.size) - starts[of]
