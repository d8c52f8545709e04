"""Slow truths: prisms from textbook corner sums, in as many digits as cancellation needs."""

from __future__ import annotations

from itertools import product

import mpmath
import numpy as np
import numpy.typing as npt

MU0 = 1.25663706212e-6
"""T m/A, CODATA 2018, typed again so that the package's own constant is checked."""

DIGITS = 200

NUDGE = mpmath.mpf(10) ** -40
"""Distance in metres that stands for a limit: what it changes is far below double precision."""

Cell = tuple[float, float, float, float, float, float]
"""West, east, south, north, bottom, top."""

Point = npt.ArrayLike
Tensor = npt.NDArray[np.float64]


def _corners(cell: Cell, station: tuple[mpmath.mpf, ...]) -> list[tuple[int, mpmath.mpf, mpmath.mpf, mpmath.mpf]]:
    """Sign and position from the station of each corner."""
    bounds = [[mpmath.mpf(edge) - station[axis] for edge in cell[2 * axis : 2 * axis + 2]] for axis in range(3)]
    return [
        ((-1) ** (i + j + k + 1), bounds[0][i], bounds[1][j], bounds[2][k]) for i, j, k in product((0, 1), repeat=3)
    ]


def _second_derivatives(cell: Cell, station: tuple[mpmath.mpf, ...]) -> mpmath.matrix:
    tensor = mpmath.zeros(3)
    for sign, *corner in _corners(cell, station):
        r = mpmath.sqrt(mpmath.fsum(c * c for c in corner))
        for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            tensor[i, i] -= sign * mpmath.atan(corner[j] * corner[k] / (corner[i] * r))
            tensor[i, j] += sign * mpmath.log(corner[k] + r)
            tensor[j, i] = tensor[i, j]
    return tensor


def _nudged(station: Point, towards: Point) -> tuple[mpmath.mpf, ...]:
    # three different steps: a limit along a diagonal would leave two corner terms equal to zero
    return tuple(
        mpmath.mpf(float(s)) + NUDGE * mpmath.mpf(float(t))
        for s, t in zip(np.ravel(station), np.ravel(towards), strict=True)
    )


def second_derivatives(
    cell: Cell, station: npt.ArrayLike, towards: npt.ArrayLike = (0, 0, 0)
) -> npt.NDArray[np.float64]:
    """Second derivatives (3, 3) of ``integral of 1/r`` over a cell (Nagy et al. 2000, eq. 10 and 11).

    With `towards`, the limit at the station coming from that side. Inside the cell the trace is
    -4 pi: what follows is mu0 H there.
    """
    with mpmath.workdps(DIGITS):
        return np.array(_second_derivatives(cell, _nudged(station, towards)).tolist(), dtype=float)


def first_derivatives(cell: Cell, station: Point) -> npt.NDArray[np.float64]:
    """First derivatives (3,) of ``integral of 1/r`` over a cell (Nagy et al. 2000, eq. 8), at any point.

    They are continuous: on a face, edge or corner a term without a limit has a factor 0, and is left out.
    """
    with mpmath.workdps(DIGITS):
        result = [mpmath.mpf(0)] * 3
        for sign, *corner in _corners(cell, _nudged(station, (0, 0, 0))):
            r = mpmath.sqrt(mpmath.fsum(c * c for c in corner))
            for axis in range(3):
                x, y, z = (corner[(axis + turn) % 3] for turn in range(3))
                term = y * mpmath.log(z + r) if y else 0
                term += z * mpmath.log(y + r) if z else 0
                term -= x * mpmath.atan(y * z / (x * r)) if x else 0
                result[axis] -= sign * term
        return np.array([float(value) for value in result])


def third_derivatives(
    cell: Cell, station: npt.ArrayLike, towards: npt.ArrayLike = (0, 0, 0)
) -> npt.NDArray[np.float64]:
    """Third derivatives (3, 3, 3), differences of the second ones in high precision; last axis differentiated."""
    step = NUDGE * mpmath.mpf(10) ** -5
    result = np.empty((3, 3, 3))
    with mpmath.workdps(DIGITS):
        centre = _nudged(station, towards)
        for axis in range(3):
            ahead, behind = (tuple(c + s * step * (a == axis) for a, c in enumerate(centre)) for s in (1, -1))
            change = (_second_derivatives(cell, ahead) - _second_derivatives(cell, behind)) / (2 * step)
            result[..., axis] = np.array(change.tolist(), dtype=float)
    return result


def field_tensor(cell: Cell, station: Point, towards: Point = (0, 0, 0)) -> Tensor:
    """Field (3, 3) in nT, component first, of magnetizations of 1 A/m along each axis."""
    return MU0 / (4 * np.pi) * 1e9 * second_derivatives(cell, station, towards)


def gradient_tensor(cell: Cell, station: Point, towards: Point = (0, 0, 0)) -> Tensor:
    """Gradients (6, 3) in nT/m, ee en eu nn nu uu, of magnetizations of 1 A/m along each axis."""
    third = third_derivatives(cell, station, towards)
    rows = [third[i, :, j] for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))]
    return MU0 / (4 * np.pi) * 1e9 * np.stack(rows)


def dipole_tensor(offset: Point, volume: float) -> Tensor:
    """Field (3, 3) in nT of a sphere at `offset` from its centre, magnetizations of 1 A/m (Blakely 1995, eq. 4.14)."""
    offset = np.asarray(offset, dtype=float)
    r = np.linalg.norm(offset)
    return MU0 / (4 * np.pi) * 1e9 * volume * (3 * np.outer(offset, offset) / r**2 - np.eye(3)) / r**3


def outside_index(index: int, size: int, boundary: str) -> int | None:
    """Cell that stands at an index up to one size beyond either end of an axis; None where nothing does."""
    if 0 <= index < size:
        return index
    if boundary == "zero":
        return None
    if boundary == "periodic":
        return index % size
    return -1 - index if index < 0 else 2 * size - 1 - index


def blurred(picture: npt.ArrayLike, scale: float, boundary: str) -> npt.NDArray[np.float64]:
    """Convolution with exp(-r/scale) of unit sum, cell by cell and offset by offset."""
    picture = np.asarray(picture, dtype=float)
    offsets = list(product(*(range(1 - n, n) for n in picture.shape)))
    weights = [float(np.exp(-np.linalg.norm(offset) / scale)) for offset in offsets]
    result = np.zeros(picture.shape)
    for cell in np.ndindex(*picture.shape):
        for offset, weight in zip(offsets, weights, strict=True):
            places = [outside_index(c - o, n, boundary) for c, o, n in zip(cell, offset, picture.shape, strict=True)]
            if None not in places:
                result[cell] += weight * picture[tuple(places)]
    return result / sum(weights)


def ray_matrix(
    shape: tuple[int, int], spacing: tuple[float, float], sources: npt.ArrayLike, receivers: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Lengths (rays, rows columns) of segments in each cell alone, both slabs of it clipped (Liang and Barsky 1984)."""
    matrix = np.zeros((len(np.asarray(sources)), *shape))
    for ray, (start, end) in enumerate(zip(np.asarray(sources), np.asarray(receivers), strict=True)):
        for row, column in np.ndindex(*shape):
            enter, leave = 0.0, 1.0
            for axis, number in enumerate((column, row)):
                low, high = number * spacing[axis], (number + 1) * spacing[axis]
                change = end[axis] - start[axis]
                if change == 0.0:
                    leave = leave if low <= start[axis] <= high else -1.0
                else:
                    times = sorted(((low - start[axis]) / change, (high - start[axis]) / change))
                    enter, leave = max(enter, times[0]), min(leave, times[1])
            matrix[ray, row, column] = max(leave - enter, 0.0) * np.linalg.norm(end - start)
    return matrix.reshape(len(matrix), -1)
