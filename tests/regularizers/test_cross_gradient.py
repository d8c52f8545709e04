"""Cross-gradients: values of known fields, gradient, curvature, and what is refused."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
from octree_makers import random_octree

import geoinv
from geoinv.core.checks import InputError
from geoinv.regularizers.cross_gradient import CrossGradient, structural_error


def padded(active=None):
    mesh = geoinv.Grid([0, 10, 20, 35, 60], [0, 10, 20, 30, 55], [-60, -40, -20, -10, 0])
    return mesh if active is None else mesh.with_active(active)


def some_active():
    return np.random.default_rng(5).random((4, 4, 4)) > 0.2


MESHES = {"padded": padded(), "with air": padded(some_active()), "octree": random_octree((4, 4, 8), seed=1, holes=0.1)}


def corner_products(mesh, first, second):
    """Cross products at every corner of every cell of a tensor mesh, one after another, with their weights."""
    centres = [np.broadcast_to(part, mesh.shape) for part in mesh.centres][::-1]
    length = min(mesh.smallest_width(axis) for axis in ("upward", "northing", "easting"))
    rows = []
    for cell in zip(*np.nonzero(mesh.active), strict=True):
        faces = []
        for axis in range(3):
            there = []
            for side in (-1, 1):
                other = list(cell)
                other[axis] += side
                if 0 <= other[axis] < mesh.shape[axis] and mesh.active[tuple(other)]:
                    distance = centres[axis][tuple(other)] - centres[axis][cell]
                    there.append([length * (m[tuple(other)] - m[cell]) / distance for m in (first, second)])
            faces.append(there or [[0.0, 0.0]])
        volume = mesh.volumes[cell]
        # a component of the cross product is of two axes: it is averaged over their corners alone
        for i, j in ((0, 1), (0, 2), (1, 2)):
            number = len(faces[i]) * len(faces[j])
            for a, b in faces[i]:
                for c, d in faces[j]:
                    rows.append((np.sqrt(volume / number)) * (a * d - b * c))
    return np.array(rows)


@pytest.mark.parametrize("name", ["padded", "with air"])
def test_value_and_curvature_are_those_of_the_cross_products_at_all_corners(name):
    mesh = MESHES[name]
    random = np.random.default_rng(0)
    z, v = random.standard_normal((2, 2, *mesh.shape))
    coupling = CrossGradient(mesh, (1.0, 1.0))
    products = corner_products(mesh, *z)
    npt.assert_allclose(coupling.value(z), 0.5 * np.sum(products**2), rtol=1e-12)
    # bilinear: central differences give the Jacobian exactly
    size = z.size
    jacobian = np.stack(
        [
            0.5 * (corner_products(mesh, *(z + unit)) - corner_products(mesh, *(z - unit)))
            for unit in np.eye(size).reshape(size, *z.shape)
        ],
        axis=1,
    )
    npt.assert_allclose(coupling.curvature(z, v).ravel(), jacobian.T @ (jacobian @ v.ravel()), rtol=1e-10, atol=1e-9)
    blocks = np.einsum("rpc,rqc->pqc", *2 * [jacobian.reshape(len(jacobian), len(z), -1)])
    npt.assert_allclose(coupling.curvature_blocks(z).reshape(blocks.shape), blocks, rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("name", MESHES)
@pytest.mark.parametrize("scales", [(1.0, 1.0), (0.02, 300.0), (0.1, 200.0, 3.0)])
def test_gradient_is_the_difference_quotient_of_the_value(name, scales):
    mesh = MESHES[name]
    random = np.random.default_rng(1)
    coupling = CrossGradient(mesh, scales)
    z, v = (
        np.reshape(scales, (-1, *(1,) * len(mesh.shape))) * part
        for part in random.standard_normal((2, len(scales), *mesh.shape))
    )
    slope = (coupling.value(z + 1e-4 * v) - coupling.value(z - 1e-4 * v)) / 2e-4
    npt.assert_allclose(np.vdot(coupling.gradient(z), v), slope, rtol=1e-6)


@pytest.mark.parametrize("name", MESHES)
def test_curvature_is_symmetric_positive_semidefinite_with_the_diagonal_it_says(name):
    mesh = MESHES[name]
    z = np.random.default_rng(2).standard_normal((3, *mesh.shape))
    coupling = CrossGradient(mesh, (1.0, 2.0, 0.5))
    apply = coupling.curvature_at(z)
    H = np.stack([apply(unit.reshape(z.shape)).ravel() for unit in np.eye(z.size)])
    npt.assert_allclose(H, H.T, atol=1e-12 * abs(H).max())
    assert np.linalg.eigvalsh(H).min() > -1e-11 * abs(H).max()
    blocks = np.einsum("pcqc->pqc", H.reshape(3, mesh.size, 3, mesh.size))
    npt.assert_allclose(
        coupling.curvature_blocks(z).reshape(blocks.shape), blocks, rtol=1e-9, atol=1e-12 * abs(H).max()
    )


def test_linear_fields_have_the_cross_product_of_their_slopes():
    mesh = padded()
    east, north, up = mesh.centres
    first, second = (slope[0] * east + slope[1] * north + slope[2] * up for slope in ([1, 2, 3], [-2, 0.5, 1]))
    expected = 0.5 * 10.0**4 * np.sum(mesh.volumes) * np.sum(np.cross([1, 2, 3], [-2, 0.5, 1]) ** 2)
    npt.assert_allclose(CrossGradient(mesh, (1.0, 1.0)).value(np.stack([first, second])), expected, rtol=1e-12)
    sine = np.linalg.norm(np.cross([1, 2, 3], [-2, 0.5, 1])) / np.linalg.norm([1, 2, 3]) / np.linalg.norm([-2, 0.5, 1])
    npt.assert_allclose(structural_error(mesh, first, second), sine, rtol=1e-12)


@pytest.mark.parametrize("name", MESHES)
def test_structural_error_sees_neither_units_nor_amplitudes_and_ends_at_one(name):
    mesh = MESHES[name]
    first, second = np.random.default_rng(3).standard_normal((2, *mesh.shape))
    error = structural_error(mesh, first, second)
    assert 0.3 < error < 1.0
    npt.assert_allclose(structural_error(mesh, 1e-4 * first, 500.0 * second + 3.0), error, rtol=1e-12)
    assert structural_error(mesh, first, -3.0 * first) < 1e-7
    assert structural_error(mesh, first, np.ones(mesh.shape)) == 0.0


def test_cells_of_air_do_not_count():
    mesh = padded(some_active())
    z = np.random.default_rng(1).standard_normal((2, *mesh.shape))
    changed = np.where(mesh.active, z, z + 100.0)
    coupling = CrossGradient(mesh, (1.0, 1.0))
    assert coupling.value(z) == coupling.value(changed)
    assert not coupling.gradient(changed)[:, ~mesh.active].any()


@pytest.mark.parametrize("scales", [(1.0,), (1.0, 0.0), (1.0, np.nan)])
def test_what_cannot_be_compared_is_refused(scales):
    with pytest.raises(InputError, match="CrossGradient expects"):
        CrossGradient(padded(), scales)
