"""Figure 4's surfaces, and the two limits of a potential that theory gives."""

from __future__ import annotations

import math

import numpy as np
import numpy.testing as npt
import pytest

torch = pytest.importorskip("torch")

from geoinv.experiments.potentials import (  # noqa: E402
    absolute_limit,
    convexity_violation,
    local_minima,
    random_convex_potential,
    random_potential,
    run,
    sampled,
)
from geoinv.experiments.shared.preset import RunSettings  # noqa: E402

AXIS = np.linspace(-4.0, 4.0, 101)


def test_one_layer_has_its_minimum_where_its_arguments_vanish():
    potential = random_potential(layers=1, seed=0)
    theta = potential.at(1.0)
    matrix, offset = (tensor.detach().numpy() for tensor in (theta.kernels[0], theta.biases[0]))
    (found,) = local_minima(potential, AXIS, sampled(potential, AXIS))
    npt.assert_allclose(found, np.linalg.solve(matrix, -offset), atol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_every_minimum_found_is_lower_than_a_circle_around_it(seed):
    potential = random_potential(layers=4, seed=seed)
    minima = local_minima(potential, AXIS, sampled(potential, AXIS))
    assert len(minima) > 0
    angles = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)
    circle = 1e-3 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    with torch.no_grad():
        for point in minima:
            around = potential.value(torch.from_numpy(point + circle))
            assert (around > potential.value(torch.from_numpy(point[None]))).all()


def test_the_lowest_sample_is_in_the_valley_of_a_minimum_that_is_found():
    potential = random_potential(layers=4, seed=0)
    surface = sampled(potential, AXIS)
    row, column = np.unravel_index(np.argmin(surface), surface.shape)
    distances = np.linalg.norm(local_minima(potential, AXIS, surface) - [AXIS[column], AXIS[row]], axis=1)
    assert distances.min() < 2.0 * (AXIS[1] - AXIS[0])


@pytest.mark.parametrize("steepness", [1.0, 3.0, 10.0, 1000.0])
def test_steep_diagonal_weights_give_the_absolute_value(steepness):
    expected = 2.0 * math.log1p(math.exp(-steepness))
    assert absolute_limit(steepness, seed=0, points=500) == pytest.approx(expected, rel=1e-6, abs=1e-10)


@pytest.mark.parametrize("layers", [1, 2, 4, 8])
def test_the_convex_form_lies_below_every_chord(layers):
    assert convexity_violation(random_convex_potential(layers, seed=3), seed=1) < 1e-10


def test_a_potential_of_several_layers_is_not_convex_by_itself():
    assert convexity_violation(random_potential(layers=4, seed=0), seed=1) > 1e-2


def test_the_experiment_writes_its_rows_and_the_figure(tmp_path):
    table = run(RunSettings("quick", 0, tmp_path))
    minima = [row for row in table.rows if "minima" in row.metric]
    assert [row.case for row in minima][:2] == ["1 layer", "2 layers"]
    counts = [row.value for row in minima]
    assert counts[0] == 1.0
    assert counts == sorted(counts)
    assert all(row.value < 1e-10 for row in table.rows if "convex" in row.method)
    assert 0 < (tmp_path / "figure4.png").stat().st_size < 200_000
