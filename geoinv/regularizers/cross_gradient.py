"""Cross-gradients: whether models of several properties change along the same directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.meshes.base import Faces, Mesh

__all__ = ["CrossGradient", "structural_error"]

Array = npt.NDArray[np.float64]


class _AxisGradient:
    """Derivatives of models along one axis at the faces, and their means in the cells.

    A mean is over the active faces of a cell that the axis crosses, by their areas: on a tensor mesh, half of each of
    the two, or the only one at an edge. Where a cell has none, everything is zero.
    """

    def __init__(self, faces: Faces, length: float) -> None:
        self.faces = faces
        self.slope = np.where(faces.both_active, length / faces.distance, 0.0)
        self.area = np.where(faces.both_active, faces.area, 0.0)
        whole = faces.mean_adjoint(self.area)
        self.inverse = np.divide(1.0, whole, out=np.zeros_like(whole), where=whole > 0.0)

    def derivative(self, models: Array) -> Array:
        """Derivative times the length at the faces."""
        return np.asarray(self.faces.difference(models) * self.slope)

    def derivative_adjoint(self, values: Array, out: Array | None = None) -> Array:
        """Transpose of :meth:`derivative`, added to `out` if given."""
        return np.asarray(self.faces.adjoint(values * self.slope, out=out))

    def mean(self, values: Array) -> Array:
        """Mean of values at the faces of each cell."""
        return np.asarray(self.faces.mean_adjoint(values * self.area) * self.inverse)

    def mean_adjoint(self, values: Array) -> Array:
        """Transpose of :meth:`mean`."""
        return np.asarray(self.faces.mean(values * self.inverse) * self.area)

    def squared_slopes(self, values: Array) -> Array:
        """Sum over each cell's faces of values times the squares of the derivative's entries for the cell."""
        return np.asarray(self.faces.mean_adjoint(2.0 * values * self.slope**2))


@dataclass(frozen=True, eq=False)
class CrossGradient:
    """Square of the cross product of the gradients of each two properties, over the cells.

    ``c(m) = 1/2 sum_cells V mean_corners |L grad(m1/s1) x L grad(m2/s2)|^2``, summed over the pairs of properties: zero
    where two models change in one direction, in the same or the opposite sense, or where one does not change (Gallardo
    and Meju 2004). L is the smallest cell width, and s the scale of each property, so that units do not count.

    At each corner of a cell the gradients are made of the differences across the three faces that meet there. The mean
    of the squared cross product over the corners needs only the means over a cell's faces of products of differences,
    so that a mesh is seen by its faces alone. Gradients averaged to the cells first would not see models that alternate
    from cell to cell.

    Parameters
    ----------
    mesh : Mesh
        Cells; those that are not active do not count.
    scales : sequence of float
        Size of each property's values, in its unit.

    Raises
    ------
    InputError
        If there are fewer than two properties, or a scale is not above zero.

    Notes
    -----
    Gallardo and Meju (2004), Joint two-dimensional DC resistivity and seismic travel time inversion with
    cross-gradients constraints, J. Geophys. Res. 109, B03311.

    Examples
    --------
    >>> import geoinv
    >>> mesh = geoinv.Grid.regular(shape=(3, 3, 3), spacing=(1.0, 1.0, 1.0))
    >>> up, north, east = np.meshgrid(*(np.arange(3.0),) * 3, indexing="ij")
    >>> coupling = CrossGradient(mesh, (1.0, 1.0))
    >>> coupling.value(np.stack([east, -2.0 * east])), coupling.value(np.stack([east, 2.0 * up]))
    (0.0, 54.0)
    """

    mesh: Mesh
    scales: Sequence[float]

    def __post_init__(self) -> None:
        """Reject what cannot be compared."""
        if len(self.scales) < 2:
            raise InputError(f"CrossGradient expects two properties or more, got {len(self.scales)}")
        if not all(np.isfinite(scale) and scale > 0.0 for scale in self.scales):
            raise InputError(f"CrossGradient expects a scale above zero for each property, got {list(self.scales)}")

    @cached_property
    def axes(self) -> tuple[_AxisGradient, ...]:
        """Derivatives along each axis of the mesh."""
        across = self.mesh.faces()
        length = min(self.mesh.smallest_width(faces.axis) for faces in across)
        return tuple(_AxisGradient(faces, length) for faces in across)

    @cached_property
    def volumes(self) -> Array:
        """Volumes of the active cells, 0 elsewhere."""
        return np.where(self.mesh.active, self.mesh.volumes, 0.0)

    def _scaled(self, models: Array) -> Array:
        """Models in units of their scales."""
        return np.asarray(models / np.reshape(np.asarray(self.scales, np.float64), (-1, *(1,) * (models.ndim - 1))))

    def derivatives(self, z: Array) -> list[Array]:
        """Scaled derivatives of each property, (properties, faces...) along each axis."""
        scaled = self._scaled(z)
        return [axis.derivative(scaled) for axis in self.axes]

    def derivatives_adjoint(self, at_faces: Sequence[Array], shape: tuple[int, ...]) -> Array:
        """Transpose of :meth:`derivatives`, for models of a shape."""
        result = np.zeros(shape)
        for axis, values in zip(self.axes, at_faces, strict=True):
            axis.derivative_adjoint(values, out=result)
        return self._scaled(result)

    def pairs(self) -> list[list[int]]:
        """Pairs of properties."""
        return [list(pair) for pair in combinations(range(len(self.scales)), 2)]

    def value(self, z: Array) -> float:
        """c(z)."""
        return 0.5 * float(np.sum(self.volumes * squared_cross_product(self, z)[0]))

    def gradient(self, z: Array) -> Array:
        """Gradient of c."""
        derivatives = self.derivatives(z)
        at_faces = [np.zeros_like(values) for values in derivatives]
        for pair in self.pairs():
            weights = _weights_of(self, [values[pair] for values in derivatives])
            for into, (first, second), (to_first, to_second, to_both) in zip(
                at_faces, (values[pair] for values in derivatives), weights, strict=True
            ):
                into[pair] += np.stack([to_first * first - to_both * second, to_second * second - to_both * first])
        return self.derivatives_adjoint(at_faces, z.shape)

    def curvature(self, z: Array, v: Array) -> Array:
        """Gauss-Newton Hessian J'J at z times v, J the Jacobian of the cross products at the corners."""
        return self.curvature_at(z)(v)

    def curvature_at(self, z: Array) -> Callable[[Array], Array]:
        """Gauss-Newton Hessian at z, a function that applies it; what depends on z alone is computed once."""
        return _GaussNewtonHessian(self, z)

    def curvature_blocks(self, z: Array) -> Array:
        """Blocks of the Gauss-Newton Hessian between the values of each cell, (properties, properties, cells...)."""
        derivatives = self.derivatives(z)
        result = np.zeros((len(self.scales), *z.shape))
        for pair in self.pairs():
            first, second = pair
            pairwise = [values[pair] for values in derivatives]
            to_first, to_second, to_both = (
                np.sum([axis.squared_slopes(of) for axis, of in zip(self.axes, weights, strict=True)], axis=0)
                for weights in zip(*_weights_of(self, pairwise), strict=True)
            )
            # a corner's differences along two axes share the cell itself
            own = [
                axis.derivative_adjoint(0.5 * values * axis.area) * axis.inverse
                for axis, values in zip(self.axes, pairwise, strict=True)
            ]
            for one, other in combinations(own, 2):
                to_first -= 2.0 * self.volumes * one[1] * other[1]
                to_second -= 2.0 * self.volumes * one[0] * other[0]
                to_both -= self.volumes * (one[0] * other[1] + one[1] * other[0])
            result[first, first] += to_first
            result[second, second] += to_second
            result[first, second] -= to_both
            result[second, first] -= to_both
        return self._scaled(np.swapaxes(self._scaled(result), 0, 1))


class _GaussNewtonHessian:
    """J'J of the cross products at a model, applied to steps.

    With a and b the derivatives of two properties, r = a_i b_j - b_i a_j at a corner. A step changes it by
    da_i b_j + a_i db_j - db_i a_j - b_i da_j, and J' gathers this to a_i with the weight b_j, to b_i with -a_j.
    """

    def __init__(self, coupling: CrossGradient, z: Array) -> None:
        self.coupling = coupling
        self.derivatives = coupling.derivatives(z)
        self.weights = [
            _weights_of(coupling, [values[pair] for values in self.derivatives]) for pair in coupling.pairs()
        ]

    def __call__(self, v: Array) -> Array:
        coupling = self.coupling
        steps = coupling.derivatives(v)
        at_faces = [np.zeros_like(values) for values in steps]
        for pair, weights in zip(coupling.pairs(), self.weights, strict=True):
            g, d = ([values[pair] for values in of] for of in (self.derivatives, steps))
            # products of each derivative with each step, in the cells: [property of g, property of d]
            means = [
                axis.mean(one[:, None] * other[None]) for axis, one, other in zip(coupling.axes, g, d, strict=True)
            ]
            whole = coupling.volumes * np.sum(means, axis=0)
            for into, axis, (a, b), (da, db), own, (to_a, to_b, to_both) in zip(
                at_faces, coupling.axes, g, d, means, weights, strict=True
            ):
                (a_da, a_db), (b_da, b_db) = axis.mean_adjoint(whole - coupling.volumes * own)
                into[pair] += np.stack(
                    [
                        to_a * da + a * b_db - to_both * db - b * b_da,
                        to_b * db + b * a_da - to_both * da - a * a_db,
                    ]
                )
        return coupling.derivatives_adjoint(at_faces, v.shape)


def _weights_of(coupling: CrossGradient, pairwise: Sequence[Array]) -> list[Array]:
    """At the faces along each axis, V times the means over the other axes of b^2, a^2 and a b."""
    products = [np.stack([b * b, a * a, a * b]) for a, b in pairwise]
    means = [axis.mean(values) for axis, values in zip(coupling.axes, products, strict=True)]
    whole = np.sum(means, axis=0)
    return [axis.mean_adjoint(coupling.volumes * (whole - own)) for axis, own in zip(coupling.axes, means, strict=True)]


def squared_cross_product(coupling: CrossGradient, z: Array) -> tuple[Array, Array]:
    """Mean over each cell's corners of ``|g1 x g2|^2``, and the product of the means of ``|g1|^2`` and ``|g2|^2``.

    Both are summed over the pairs of properties; the first is nowhere above the second.
    """
    derivatives = coupling.derivatives(z)
    across, whole = np.zeros(z.shape[1:]), np.zeros(z.shape[1:])
    for pair in coupling.pairs():
        means = [
            axis.mean(np.stack([a * a, b * b, a * b]))
            for axis, (a, b) in zip(coupling.axes, (values[pair] for values in derivatives), strict=True)
        ]
        for one, other in combinations(means, 2):
            across += one[0] * other[1] + one[1] * other[0] - 2.0 * one[2] * other[2]
        first, second, _ = np.sum(means, axis=0)
        whole += first * second
    return across, whole


def structural_error(mesh: Mesh, *models: npt.ArrayLike) -> float:
    """How far models of several properties are from changing along the same directions.

    ``sqrt(sum V |grad m1 x grad m2|^2 / sum V |grad m1|^2 |grad m2|^2)``, over cells and pairs of models: the root mean
    square of the sine of the angle between the gradients, where both are large. 0 where the structures are the same,
    1 where the gradients are everywhere at right angles, 0.8 where their directions are independent; 0 too where a
    model is constant. Neither units nor amplitudes count.

    Parameters
    ----------
    mesh : Mesh
        Cells; those that are not active do not count.
    *models : arrays of the mesh's shape
        Two or more.

    Examples
    --------
    >>> import geoinv
    >>> mesh = geoinv.Grid.regular(shape=(3, 3, 3), spacing=(1.0, 1.0, 1.0))
    >>> up, north, east = np.meshgrid(*(np.arange(3.0),) * 3, indexing="ij")
    >>> structural_error(mesh, east, 5.0 * east), structural_error(mesh, east, up)
    (0.0, 1.0)
    """
    stacked = np.where(mesh.active, np.stack([np.asarray(model, np.float64) for model in models]), 0.0)
    largest = [float(np.abs(model).max()) or 1.0 for model in stacked]
    coupling = CrossGradient(mesh, largest)
    across, whole = (float(np.sum(coupling.volumes * part)) for part in squared_cross_product(coupling, stacked))
    return float(np.sqrt(max(across, 0.0) / whole)) if whole > 0.0 else 0.0
