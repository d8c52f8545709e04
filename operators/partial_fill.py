"""Cells that rock fills in part: their susceptibility along the surface and across it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, finite
from geoinv.core.labels import along_labels
from geoinv.meshes.base import Mesh

__all__ = ["PartialFill"]

Array = npt.NDArray[np.float64]


SMOOTHINGS = 2
"""Means of a cell and its neighbours that are taken before the gradient, half and half: without, a normal leans to the
axis that it is closest to, by 8 degrees in the mean, and by 4 after two."""


class PartialFill:
    """Mean magnetization of cells whose rock, of one susceptibility chi each, takes a part f of them.

    Along the surface of the rock H is continuous, so that a cell is magnetized as ``f chi`` would be; across it B is,
    and a cell is magnetized as ``f chi / (1 + (1 - f) chi)`` would be. The normal of the surface is the gradient of f.

    Parameters
    ----------
    owner : str
        Who asks, for errors.
    mesh : Mesh
        Cells; those that are not active hold no rock, and beyond the mesh there is none.
    fill : array_like or None
        f, over the mesh, from 0 to 1; None for 1 in every cell.

    Raises
    ------
    InputError
        If f does not fit the mesh, or is not between 0 and 1 in active cells.

    Notes
    -----
    Farjadpour et al. (2006), Improving accuracy by subpixel smoothing in the finite-difference time domain, Optics
    Letters 31(20): the mean of the permittivity along an interface and that of its inverse across it.

    Examples
    --------
    Of a layer that ends half-way up its upper cells:

    >>> import geoinv
    >>> grid = geoinv.Grid.regular((2, 1, 1), (10.0, 10.0, 10.0))
    >>> half = PartialFill("example", grid, [[[1.0]], [[0.5]]])
    >>> magnetization = half.magnetized(np.full(grid.shape, 2.0), np.ones((3, *grid.shape)))
    >>> magnetization[0, 1].item(), magnetization[2, 1].item()
    (1.0, 0.5)
    """

    def __init__(self, owner: str, mesh: Mesh, fill: npt.ArrayLike | None) -> None:
        self._part: Array | None = None
        if fill is None:
            return
        part = array_of(
            owner, "fill", along_labels(owner, "fill", fill, mesh.dims, mesh.labels), shape=mesh.shape, names=mesh.dims
        )
        part = np.where(mesh.active, part, 0.0)
        finite(owner, "fill in active cells", part, "give the part of each cell that rock takes")
        if part.min() < 0.0 or part.max() > 1.0:
            worst = part.min() if part.min() < 0.0 else part.max()
            raise InputError(f"{owner} expects fill from 0 to 1, the part of each cell that rock takes, got {worst:g}")
        self._part, self._normal = part, _normal(mesh, part)

    def magnetized(self, chi: Array, inside: Array) -> Array:
        """Magnetization (3, *cells) of susceptibilities under a field H (3, *cells); symmetric in H."""
        if self._part is None:
            return chi * inside
        along = self._part * chi
        return self._split(along, along * self._thinned(chi), inside)

    def slope(self, chi: Array, inside: Array) -> Array:
        """Derivative of :meth:`magnetized` with respect to the susceptibility of each cell, at a field H."""
        if self._part is None:
            return inside
        return self._split(self._part, self._part * self._thinned(chi) ** 2, inside)

    def _thinned(self, chi: Array) -> Array:
        """H across the surface in the rock of a cell over the mean of the cell; 1 where there is no rock."""
        assert self._part is not None
        return np.asarray(1.0 / (1.0 + (1.0 - self._part) * np.where(self._part > 0.0, chi, 0.0)))

    def _split(self, along: Array, across: Array, inside: Array) -> Array:
        outward = np.sum(self._normal * inside, axis=0)
        return np.asarray(along * inside + (across - along) * outward * self._normal)


def _normal(mesh: Mesh, part: Array) -> Array:
    """Unit vector (3, *cells) along easting, northing, upward that a part changes along; 0 where it does not."""
    faces = mesh.faces()
    areas = [np.broadcast_to(axis.area, axis.shape) for axis in faces]
    sizes = np.sum([axis.mean_adjoint(area) for axis, area in zip(faces, areas, strict=True)], axis=0)
    even = part
    for _ in range(SMOOTHINGS):
        sums = np.sum(
            [axis.mean_adjoint(area * axis.mean(even)) for axis, area in zip(faces, areas, strict=True)], axis=0
        )
        even = np.divide(sums, sizes, out=even.copy(), where=sizes > 0.0)
    gradient = []
    for axis, area in zip(faces[::-1], areas[::-1], strict=True):
        # the gradient theorem over the faces of a cell, with no rock beyond those of the mesh
        gradient.append(0.5 * even * axis.adjoint(area) - axis.adjoint(area * axis.mean(even)))
    slopes = np.stack(gradient) / mesh.volumes
    steepness = np.sqrt(np.sum(slopes**2, axis=0))
    flat = steepness <= 1e-12 * steepness.max(initial=0.0)
    return np.asarray(np.where(flat, 0.0, slopes / np.where(flat, 1.0, steepness)))
