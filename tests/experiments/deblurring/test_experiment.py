"""The deblurring experiment at its smallest, and what its comparison rests on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("matplotlib")
pytest.importorskip("skimage")

from geoinv.classical.stationary import wave_factors  # noqa: E402
from geoinv.experiments.deblurring.classical import Wiener  # noqa: E402
from geoinv.experiments.deblurring.experiment import run  # noqa: E402
from geoinv.experiments.deblurring.problem import Deblurring, noise_levels, read_pictures  # noqa: E402
from geoinv.experiments.shared.measures import nmse  # noqa: E402
from geoinv.experiments.shared.preset import RunSettings  # noqa: E402
from geoinv.experiments.shared.tight_start import start_tight  # noqa: E402
from geoinv.experiments.shared.tuned_training import chosen_text  # noqa: E402
from geoinv.learned import EUnet, Proximal  # noqa: E402
from geoinv.learned.layers.normalisation import Whitened  # noqa: E402
from geoinv.operators import Blur  # noqa: E402


@pytest.fixture
def problem(tmp_path: Path) -> Deblurring:
    settings = RunSettings("quick", 0, tmp_path)
    return Deblurring.of(read_pictures(settings), 3.0, settings.seed)


def test_the_quick_run_measures_every_method_and_draws_pictures_that_may_be_shown(tmp_path):
    table = run(RunSettings("quick", 0, tmp_path))
    values = {row.method: row.value for row in table.rows if row.metric.startswith("NMSE")}
    assert set(values) == {"data, as they are", "Wiener", "total variation", "Diffusion", "Proximal", "EUnet"}
    assert all(np.isfinite(value) and value > 0.0 for value in values.values())
    assert {row.method: row.paper for row in table.rows if row.paper is not None} == {
        "Diffusion": 4.3e-2,
        "Proximal": 3.0e-2,
        "EUnet": 2.3e-2,
    }
    sizes = {row.method: row.parameters for row in table.rows}
    assert abs(sizes["Proximal"] - sizes["EUnet"]) <= 0.05 * sizes["EUnet"]
    assert {path.name for path in tmp_path.iterdir()} == {"recoveries-s3.png", "EUnet-s3.safetensors"}
    assert all(licence in table.provenance["pictures shown"] for licence in ("NASA", "CC0"))


def test_test_pictures_are_in_no_other_set_and_their_noise_is_one_percent(problem):
    seen = {tile.tobytes() for tile in (*problem.training, *problem.validation)}
    assert not any(tile.tobytes() in seen for tile in problem.test)
    clean = problem.A(problem.test)
    noise = (problem.test_data - clean) / np.abs(clean).mean(axis=(1, 2, 3), keepdims=True)
    npt.assert_allclose(noise.std(), 0.01, rtol=0.05)
    npt.assert_allclose(noise_levels(problem.test_data)[:, 0], 0.01 * np.abs(clean).mean(axis=(1, 2, 3)), rtol=0.02)


def test_the_factors_of_a_blur_are_the_eigenvalues_of_its_matrix():
    A = Blur((5, 6), 2.0)
    npt.assert_allclose(np.sort(wave_factors(A, "reflective"), axis=None), np.linalg.eigvalsh(A.to_dense()), atol=1e-12)


def test_wiener_is_no_worse_than_any_tikhonov_on_the_pictures_its_prior_is_of(problem):
    random = np.random.default_rng(0)
    data = problem.data_of(problem.training, 1)
    found = nmse(Wiener(problem)(data), problem.training)
    factors = wave_factors(problem.A, "reflective")
    for damping in 10.0 ** random.uniform(-5.0, -1.0, 8):
        dense = problem.A.to_dense()
        inverse = np.linalg.solve(dense.T @ dense + damping * np.eye(len(dense)), dense.T)
        tikhonov = (data.reshape(-1, factors.size) @ inverse.T).reshape(data.shape)
        assert found < nmse(tikhonov, problem.training)


def test_an_untrained_network_on_whitened_data_starts_at_tikhonovs_estimate(problem):
    """With maps that add nothing, one descent step of length one adds the residual's share to the start."""
    damping = 1e-2
    network = Proximal(problem.A, channels=3, layers=1, normalisation=Whitened(damping, 0.25))
    with torch.no_grad():
        network.maps[0].kernels[-1].zero_()
        for steps in (network.steps, network.start):
            steps.first.fill_(1.0)
        start = network.trajectory(torch.from_numpy(problem.test_data))[0].numpy()
    dense = problem.A.to_dense().astype(np.float64)
    inverse = np.linalg.solve(dense.T @ dense + damping * np.eye(len(dense)), dense.T)
    means = problem.test_data.mean(axis=(2, 3), keepdims=True)
    deviations = (problem.test_data - means).reshape(-1, len(dense))
    npt.assert_allclose(start - means, (deviations @ inverse.T).reshape(start.shape), atol=2e-4)


def test_networks_on_whitened_data_keep_constant_pictures_shifts(problem):
    network = Proximal(problem.A, channels=3, layers=2, normalisation=Whitened(1e-3, 0.25))
    data = torch.from_numpy(problem.test_data)
    with torch.no_grad():
        npt.assert_allclose(network(data + 0.3), network(data) + 0.3, atol=1e-4)


def test_a_tight_start_embeds_pictures_so_that_they_come_back_at_any_time():
    network = start_tight(EUnet(Blur((24, 24), 1.0, dtype="float32"), channels=3, embedding=32, layers=4, hidden=2), 0)
    x = torch.rand(4, 3, 24, 24, generator=torch.Generator().manual_seed(1)) - 0.5
    with torch.no_grad():
        for written, read in ((0.0, 0.0), (0.0, 1.0), (1.0, 0.5)):
            z = network.embedding.adjoint(x, network.embedding.at(written))
            back = network.embedding(z, network.embedding.at(read))
            assert nmse(back, x) < 0.05


def test_notes_say_how_each_method_was_tuned_and_where_the_networks_begin(tmp_path):
    notes = {row.method: row.note for row in run(RunSettings("quick", 0, tmp_path)).rows}
    assert "sees whitened data; begins as plain descent: tight frame" in notes["EUnet"]
    assert "sees whitened data; begins near the identity" in notes["Proximal"]
    assert "strength 1 (not tuned)" in notes["Diffusion"]


def test_a_choice_at_either_end_of_its_grid_is_marked():
    grid = [0.3, 1.0, 3.0]
    marked = ["edge of the grid" in chosen_text("strength", value, grid) for value in grid]
    assert marked == [True, False, True]
