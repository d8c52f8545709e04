"""Magnetic section: the anomaly of magnetized cells in a vertical section, along a line above it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.backend import Resident
from geoinv.core.checks import InputError, array_of, choice, finite, positive
from geoinv.core.memory import require_memory

__all__ = ["MagneticSection"]

KERNELS = {"point": (3, 1.0), "line": (2, 2.0)}
"""Power of the distance with which a dipole and a line of dipoles fall off, and the line's factor."""


class MagneticSection(LinearOperator):
    """Anomaly of a vertical section of magnetized square cells at stations above its columns.

    Maps magnetization (depth, distance), first row at the top, to one component of the field
    (station,). Stations stand above the centres of the columns, from left to right. By the midpoint
    rule a cell is a dipole at its centre,

        ``G = area [3 (m.r)(f.r)/|r|^5 - m.f/|r|^3]``, ``r = cell - station``,

    which is m . grad grad(1/r) . f, with the unit vectors m of the magnetization and f of the component
    that is measured. The line kernel is its integral along the strike, a section that goes on to both
    sides of its plane: ``2 area [2 (m.r)(f.r)/|r|^4 - m.f/|r|^2]``. The constant mu0 / 4 pi is left out: data
    are in units of the magnetization, per unit of strike length for the point kernel.

    Parameters
    ----------
    shape : (int, int)
        Rows, downward, and columns.
    height : float, optional
        Height of the stations above the section's top edge, in the units of `spacing`; half a cell by
        default.
    spacing : float
        Width of the cells.
    magnetization, field : float
        Inclinations of m and f in degrees, downward from the line's direction of growing column:
        90 is down, 0 along the line.
    kernel : str
        ``"point"`` or ``"line"``.
    dtype : str
        ``"float64"`` or ``"float32"``.

    Raises
    ------
    InputError
        If a size is not positive, the stations are below the top edge, a name is unknown, or the matrix
        does not fit in memory.

    Notes
    -----
    Equation (5.2) of Eliasof, Haber and Treister (2024, arXiv 2402.04653), and its integral along the strike.

    Examples
    --------
    >>> A = MagneticSection((2, 3), height=0.5)
    >>> A([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]).round(3).tolist()
    [0.177, 2.0, 0.177]
    """

    device_arrays = True

    def __init__(
        self,
        shape: tuple[int, int] = (28, 28),
        height: float | None = None,
        spacing: float = 1.0,
        magnetization: float = 90.0,
        field: float = 90.0,
        kernel: str = "point",
        dtype: npt.DTypeLike = "float64",
    ) -> None:
        owner = "MagneticSection"
        choice(owner, "kernel", kernel, tuple(KERNELS))
        choice(owner, "dtype", np.dtype(dtype).name, ("float64", "float32"))
        extents = array_of(owner, "shape", shape, shape=(2,), names=("rows and columns",))
        positive(owner, "shape", extents, "give at least one row and one column")
        positive(owner, "spacing", array_of(owner, "spacing", spacing, shape=()), "give the width of a cell")
        height = spacing / 2 if height is None else height
        angles = array_of(owner, "magnetization and field", [magnetization, field], shape=(2,))
        finite(owner, "magnetization and field", angles, "give inclinations in degrees")
        finite(owner, "height", array_of(owner, "height", height, shape=()), "give the height above the top edge")
        if height < 0:
            raise InputError(f"{owner} expects stations at or above the section's top edge, got height {height:g}")
        self.domain_shape = tuple(int(n) for n in extents)
        self.range_shape = self.domain_shape[1:]
        self.height, self.spacing, self.kernel = float(height), float(spacing), kernel
        self.magnetization, self.field = float(magnetization), float(field)
        self.dtype = np.dtype(dtype)
        rows, columns = self.domain_shape
        # the matrix, and the temporaries of its formula
        require_memory(owner, "its matrix", 40.0 * rows * columns**2, "take fewer cells")
        self._matrix = Resident(self._rows().astype(self.dtype))

    def _rows(self) -> npt.NDArray[np.float64]:
        """Matrix (stations, cells)."""
        rows, columns = self.domain_shape
        across = self.spacing * np.arange(columns)
        down = self.spacing * (np.arange(rows) + 0.5) + self.height
        x, z = across - across[:, np.newaxis, np.newaxis], down[:, np.newaxis]
        (mx, mz), (fx, fz) = _direction(self.magnetization), _direction(self.field)
        power, factor = KERNELS[self.kernel]
        r = np.hypot(x, z)
        field = power * (mx * x + mz * z) * (fx * x + fz * z) / r ** (power + 2) - (mx * fx + mz * fz) / r**power
        return np.asarray(factor * self.spacing**2 * field).reshape(columns, rows * columns)

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return x.reshape(x.shape[0], -1) @ self._matrix.beside(x).T  # type: ignore[no-any-return]

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        cells = y @ self._matrix.beside(y)
        return cells.reshape(-1, *self.domain_shape)  # type: ignore[no-any-return]

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Names of the section's dimensions."""
        return ("depth", "distance")

    @property
    def range_names(self) -> tuple[str, ...]:
        """Name of the data's dimension."""
        return ("station",)


def _direction(inclination: float) -> tuple[float, float]:
    """Unit vector along the line and down."""
    angle = np.radians(inclination)
    return float(np.cos(angle)), float(np.sin(angle))
