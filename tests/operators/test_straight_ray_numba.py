"""Pieces of rays in cells, against lengths that geometry tells."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.operators._straight_ray_numba import back_project, integrate, pieces

ROWS, COLUMNS = 3, 4


def cut(ray: tuple[float, float, float, float], length: float) -> dict[int, float]:
    cells, lengths = np.empty(2 * (ROWS + COLUMNS + 2), np.int64), np.empty(2 * (ROWS + COLUMNS + 2))
    count = pieces(np.array(ray), length, ROWS, COLUMNS, cells, lengths)
    found: dict[int, float] = {}
    for cell, part in zip(cells[:count], lengths[:count], strict=True):
        found[int(cell)] = found.get(int(cell), 0.0) + part
    return found


@pytest.mark.kernels
@pytest.mark.parametrize(
    ("ray", "length", "expected"),
    [
        ((0.0, 0.5, 4.0, 0.0), 4.0, {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0}),
        ((4.0, 0.5, -4.0, 0.0), 4.0, {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0}),
        ((0.0, 1.0, 4.0, 0.0), 4.0, dict.fromkeys(range(8), 0.5)),  # along an inner face: half to each side
        ((0.0, 0.0, 4.0, 0.0), 4.0, dict.fromkeys(range(4), 1.0)),  # along the outer one: all inside
        ((-2.0, 0.5, 3.0, 0.0), 3.0, {0: 1.0}),
        ((0.0, 0.0, 3.0, 3.0), np.sqrt(18.0), {0: np.sqrt(2.0), 5: np.sqrt(2.0), 10: np.sqrt(2.0)}),
        ((-1.0, 0.5, 0.5, 0.0), 0.5, {}),
        ((0.0, 5.0, 4.0, 0.0), 4.0, {}),
        ((2.5, 1.5, 0.0, 0.0), 0.0, {6: 0.0}),  # a point
    ],
)
def test_rays_are_cut_at_the_faces(ray, length, expected):
    found = cut(ray, length)
    assert found.keys() == expected.keys()
    npt.assert_allclose([found[cell] for cell in expected], list(expected.values()), rtol=1e-13)


@pytest.mark.kernels
def test_random_rays_have_the_lengths_of_dense_sampling():
    random = np.random.default_rng(0)
    for _ in range(20):
        start, change = random.uniform(-1.0, 5.0, 2), random.uniform(-5.0, 5.0, 2)
        found = cut((*start, *change), float(np.hypot(*change)))
        places = start + (np.arange(20_000)[:, None] + 0.5) / 20_000 * change
        inside = ((places > 0.0) & (places < (COLUMNS, ROWS))).all(axis=1)
        number = places[inside, 1].astype(int) * COLUMNS + places[inside, 0].astype(int)
        sampled = np.bincount(number, minlength=ROWS * COLUMNS) * np.hypot(*change) / 20_000
        exact = np.array([found.get(cell, 0.0) for cell in range(ROWS * COLUMNS)])
        npt.assert_allclose(exact, sampled, atol=2e-3)


@pytest.mark.kernels
def test_back_projection_is_the_transpose_of_the_integral():
    random = np.random.default_rng(1)
    rays = np.column_stack([random.uniform(0.0, 3.0, (9, 2)), random.uniform(-3.0, 3.0, (9, 2))])
    lengths = np.hypot(rays[:, 2], rays[:, 3])
    slowness, weights = random.standard_normal((2, ROWS * COLUMNS)), random.standard_normal((2, 9))
    times, sections = np.empty((2, 9)), np.zeros((2, ROWS * COLUMNS))
    integrate(rays, lengths, ROWS, COLUMNS, slowness, times)
    back_project(rays, lengths, ROWS, COLUMNS, weights, sections)
    npt.assert_allclose((times * weights).sum(), (slowness * sections).sum(), rtol=1e-12)
