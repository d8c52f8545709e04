"""Which derivatives of ``integral of 1/r`` each component needs of each unknown, and how much of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

__all__ = ["KernelWeights"]

Array = npt.NDArray[np.float64]

WIDTH = 7
"""Weights a datum and unknown, of which the lower orders use the first."""

THIRD_DERIVATIVES = ("xyz", "xxy", "xyy", "xxz", "xzz", "yyz", "yzz")
"""Third derivatives that the weights of order 3 go with."""

HARMONIC = {"xxx": ("xyy", "xzz"), "yyy": ("xxy", "yzz"), "zzz": ("xxz", "yyz")}
"""The other ones are minus the sum of these (Laplace's equation)."""

MIRRORED = {1: (1, 0, 2, 3, 4, 5, 6), 2: (1, 0, 2, 4, 3, 5, 6), 3: (0, 2, 1, 5, 6, 3, 4)}
"""Weights of each order that take each other's place where easting and northing do."""


@dataclass(frozen=True)
class KernelWeights:
    """Weights of the prism kernels for each component and unknown.

    Attributes
    ----------
    order : (components,) array of int
        Derivatives of the integral of 1/r over a cell: 1 for gravity, 2 for a magnetic field or a gravity gradient,
        3 for gradients of a magnetic field.
    weights : (components, unknowns, 7) array
        Of order 1: of the derivatives x, y, z. Of order 2 and 3: as
        :func:`geoinv.operators.prisms._kernel_numba.field_row` and ``gradient_row`` take them. Unused ones are 0.
    face_jump : (components, unknowns, 2) array
        What a cell adds at a station on its own east or west, north or south face, where the prism kernel
        gives the mean of both sides, to make it the limit from outside.
    sizes : (components, unknowns) array
        Monopole, dipole or quadrupole moment of a volume that the far field of a unit of the unknown is bounded by: its
        ``n``-th derivative at distance r is at most ``size V n! / r^(n + 1)``.
    """

    order: npt.NDArray[np.int64]
    weights: Array
    face_jump: Array
    sizes: Array

    @classmethod
    def of(cls, tensors: Sequence[Sequence[Array]]) -> KernelWeights:
        """Weights of data that are sums of derivatives.

        Parameters
        ----------
        tensors : sequence (components) of sequences (unknowns) of arrays (3, ...)
            T of the datum ``sum T_ij.. d_i d_j .. (integral of 1/r)`` of a cell in which the unknown is 1, axes in the
            order easting, northing, upward, with one to three of them, as many for each unknown of a component. Inside
            a cell second derivatives have the trace -4 pi.

        Examples
        --------
        >>> down = -np.eye(3)[2]
        >>> KernelWeights.of([[down]]).weights[0, 0, :3].tolist()
        [-0.0, -0.0, -1.0]
        """
        shape = (len(tensors), len(tensors[0]))
        order = np.array([np.ndim(row[0]) for row in tensors], np.int64)
        weights, face_jump, sizes = np.zeros((*shape, WIDTH)), np.zeros((*shape, 2)), np.zeros(shape)
        for place in np.ndindex(shape):
            tensor = np.asarray(tensors[place[0]][place[1]], np.float64)
            if tensor.ndim == 1:
                weights[place][:3] = tensor
            elif tensor.ndim == 2:
                weights[place] = _second_derivatives(tensor)
                face_jump[place] = 2.0 * np.pi * np.diag(tensor)[:2]
            else:
                weights[place] = _third_derivatives(tensor)
            sizes[place] = _size(tensor)
        return cls(order, weights, face_jump, sizes)

    @property
    def components(self) -> int:
        """Data a station."""
        return int(self.weights.shape[0])

    @property
    def unknowns(self) -> int:
        """Unknowns a cell: 1, or 3 of a vector along easting, northing, upward."""
        return int(self.weights.shape[1])

    def mirrored(self) -> KernelWeights:
        """Weights that give the same data where easting and northing have changed places, of vectors too."""
        weights = np.stack([of[:, MIRRORED[int(n)]] for n, of in zip(self.order, self.weights, strict=True)])
        unknowns = [1, 0, 2] if self.unknowns == 3 else [0]
        return replace(
            self,
            weights=np.ascontiguousarray(weights[:, unknowns]),
            face_jump=np.ascontiguousarray(self.face_jump[:, unknowns, ::-1]),
            sizes=self.sizes[:, unknowns],
        )


def _second_derivatives(tensor: Array) -> list[float]:
    """Weights of ``sum_ij tensor_ij U_ij``, with U_zz = -U_xx - U_yy - (solid angle inside)."""
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = 0.5 * (tensor + tensor.T)
    return [zz - xx, zz - yy, -zz, 2.0 * yz, 2.0 * xz, 2.0 * xy, 0.0]


def _third_derivatives(tensor: Array) -> Array:
    """Weights of ``sum_ijk tensor_ijk U_ijk`` over `THIRD_DERIVATIVES`."""
    weights = np.zeros(WIDTH)
    for place in np.argwhere(tensor):
        value = tensor[tuple(place)]
        name = "".join(sorted("xyz"[axis] for axis in place))
        for term in HARMONIC.get(name, (name,)):
            weights[THIRD_DERIVATIVES.index(term)] += -value if name in HARMONIC else value
    return weights


def _size(tensor: Array) -> float:
    """Bound of ``|sum T_ij.. d_i d_j .. f|`` over the largest derivative of f along a unit vector.

    A derivative along several unit vectors is at most the one along a single vector (Banach 1938), so that the bound is
    the sum of the weights of unit vectors that T is made of: its eigenvalues, or those of the factors of a third axis.
    """
    if tensor.ndim == 1:
        return float(np.linalg.norm(tensor))
    if tensor.ndim == 2:
        return float(abs(np.linalg.eigvalsh(0.5 * (tensor + tensor.T))).sum())
    pairs, strengths, _ = np.linalg.svd(tensor.reshape(9, 3), full_matrices=False)
    return float(sum(s * _size(pair.reshape(3, 3)) for s, pair in zip(strengths, pairs.T, strict=True)))
