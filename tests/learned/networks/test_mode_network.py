"""Networks in modes: equivariance, shapes, fit to the target, samples, saving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from geoinv.core.checks import InputError
from geoinv.datasets.blobs3d import NOISE, blobs3d, blobs3d_operator, profiles
from geoinv.embeddings.separable import leading_modes
from geoinv.learned.networks.mode_cores import EUnetCore, ResidualCore
from geoinv.learned.networks.mode_network import ModeNetwork
from geoinv.learned.networks.registry import load

SHAPE, KEPT, SEEN = (4, 8, 8), 3, 20


@pytest.fixture(scope="module")
def network() -> ModeNetwork:
    A = blobs3d_operator(SHAPE)
    centres = np.linspace(0.2, 0.8, 51)
    factors = [leading_modes(profiles(cells, centres), KEPT) for cells in SHAPE]
    rows = np.linalg.qr(np.random.default_rng(0).standard_normal((64, SEEN)))[0].T
    torch.manual_seed(0)
    core = ResidualCore(SEEN, KEPT**3, width=16, depth=1)
    core.linear.copy_(0.01 * torch.randn(core.linear.shape))
    torch.nn.init.normal_(core.last.weight, std=0.1)
    return ModeNetwork(A, factors, rows, core).eval()


@pytest.fixture(scope="module")
def observed(network: ModeNetwork) -> tuple[np.ndarray, float]:
    clean = np.asarray(network.operator(blobs3d(1, 5, SHAPE)[0]), float)
    deviation = NOISE * float(np.abs(clean).mean())
    return clean + deviation * np.random.default_rng(1).standard_normal(clean.shape), deviation


def test_an_amplitude_on_the_data_is_one_on_the_model(network: ModeNetwork, observed: tuple[np.ndarray, float]) -> None:
    d = observed[0]
    assert np.allclose(network(1e3 * d), 1e3 * network(d), rtol=1e-4, atol=1e-3 * np.abs(network(d)).max())
    assert np.all(network(0.0 * d) == 0.0)


def test_takes_arrays_and_tensors_and_batches(network: ModeNetwork, observed: tuple[np.ndarray, float]) -> None:
    d = observed[0]
    found = network(torch.from_numpy(np.stack([d, 2.0 * d])))
    assert found.shape == (2, *SHAPE)
    assert found.dtype == torch.float64
    assert np.allclose(found[0].detach(), network(d), atol=1e-5)
    with pytest.raises(InputError, match="after the batch"):
        network(d[:, :5])


def test_the_linear_part_alone_is_its_matrix(network: ModeNetwork, observed: tuple[np.ndarray, float]) -> None:
    d = observed[0]
    linear = ResidualCore(SEEN, KEPT**3, width=4, depth=1)
    linear.linear.copy_(network.core.linear)
    plain = ModeNetwork(network.operator, network.modes.factors, network.data_modes.numpy(), linear)
    z = linear.linear.double().numpy() @ network.data_modes.double().numpy() @ d.ravel()
    assert np.allclose(plain(d), network.modes(z.reshape(KEPT, KEPT, KEPT)), rtol=1e-4, atol=1e-6)


def test_invert_fits_the_data_to_the_target(network: ModeNetwork, observed: tuple[np.ndarray, float]) -> None:
    d, deviation = observed
    own = network.operator(network(d))
    assert np.mean(((d - own) / deviation) ** 2) > 10.0
    solution = network.invert(d, deviation)
    assert solution.reached
    assert 0.95 < solution.chi2_per_datum < 1.05
    assert np.allclose(solution.predicted, network.operator(solution.model), rtol=1e-3, atol=1e-2)
    per_datum = network.invert(d, np.full(d.shape, deviation), target=4.0)
    assert 0.95 * 4 < per_datum.chi2_per_datum < 1.05 * 4


def test_invert_of_data_beyond_the_modes_goes_on_over_the_cells(network: ModeNetwork) -> None:
    noise = np.random.default_rng(3).standard_normal(network.operator.range_shape)
    solution = network.invert(noise, 0.3)
    left = network.operator(network.modes(network.modes.T(solution.model))) - noise
    assert np.mean((left / 0.3) ** 2) > 1.05
    assert solution.reached
    assert 0.95 < solution.chi2_per_datum < 1.05


def test_samples_follow_from_the_seed_and_fit(network: ModeNetwork, observed: tuple[np.ndarray, float]) -> None:
    d, deviation = observed
    drawn = network.sample(d, deviation, 5, seed=2)
    assert drawn.shape == (5, *SHAPE)
    assert np.array_equal(drawn, network.sample(d, deviation, 5, seed=2))
    assert drawn.std(axis=0).max() > 0.0


@pytest.mark.parametrize("n", [0, 2.5, True])
def test_sample_rejects_a_count_that_is_none(network: ModeNetwork, observed: tuple[np.ndarray, float], n: int) -> None:
    with pytest.raises(InputError, match="n to be a whole number from 1"):
        network.sample(*observed, n)


def test_rejects_data_and_uncertainty_that_are_none(network: ModeNetwork, observed: tuple[np.ndarray, float]) -> None:
    d, deviation = observed
    with pytest.raises(InputError, match="standard deviation above zero"):
        network.invert(d, 0.0)
    with pytest.raises(InputError, match="shape"):
        network.invert(d[:, :3], deviation)
    with pytest.raises(InputError, match="finite data"):
        network.invert(np.where(d == d.max(), np.nan, d), deviation)


@pytest.mark.parametrize("half", [False, True])
def test_is_saved_and_loaded_whole(
    network: ModeNetwork, observed: tuple[np.ndarray, float], tmp_path: Path, half: bool
) -> None:
    path = tmp_path / "weights.safetensors"
    network.save(path, half=half)
    again = load(path, network.operator)
    assert isinstance(again, ModeNetwork)
    expected = network(observed[0])
    assert np.allclose(again(observed[0]), expected, atol=(3e-2 if half else 1e-5) * np.abs(expected).max())
    with pytest.raises(InputError, match="expects an operator from"):
        load(path, blobs3d_operator((4, 8, 6)))
    with pytest.raises(InputError, match="trained with"):
        load(path, 2.0 * network.operator)


def test_an_eunet_between_the_modes_is_loaded_with_its_operator(
    network: ModeNetwork, observed: tuple[np.ndarray, float], tmp_path: Path
) -> None:
    physics = torch.randn((SEEN, KEPT**3), generator=torch.Generator().manual_seed(0))
    core = EUnetCore(SEEN, KEPT**3, embedding=40, width=16, layers=2, physics=physics)
    own = ModeNetwork(network.operator, network.modes.factors, network.data_modes.numpy(), core).eval()
    own.save(tmp_path / "eunet.safetensors")
    again = load(tmp_path / "eunet.safetensors", network.operator)
    assert np.allclose(again(observed[0]), own(observed[0]), atol=1e-5)


def test_modes_of_another_mesh_are_rejected(network: ModeNetwork) -> None:
    with pytest.raises(InputError, match="ModeNetwork expects modes of models"):
        ModeNetwork(blobs3d_operator((4, 8, 6)), network.modes.factors, network.data_modes.numpy(), network.core)
