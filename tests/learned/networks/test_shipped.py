"""Networks that come with the package give what their tables say, on models that nothing has seen."""

from __future__ import annotations

import json

import numpy as np
import pytest
from checkout import ROOT

from geoinv.core.checks import InputError
from geoinv.datasets import blobs3d, blobs3d_operator
from geoinv.datasets.blobs3d import NOISE
from geoinv.experiments.shared.measures import each_nmse
from geoinv.inversion.solution import Solution
from geoinv.learned import load
from geoinv.learned.networks.mode_network import ModeNetwork
from geoinv.learned.networks.registry import SHIPPED
from geoinv.operators import Magnetics

TABLE = ROOT / "results" / "blobs3d" / "table.json"
COUNT = 40


@pytest.fixture(scope="module")
def operator() -> Magnetics:
    return blobs3d_operator()


@pytest.fixture(scope="module")
def network(operator: Magnetics) -> ModeNetwork:
    found = load("blobs3d", operator)
    assert isinstance(found, ModeNetwork)
    return found


@pytest.fixture(scope="module")
def models() -> np.ndarray:
    return blobs3d(COUNT, seed=9_000_000)


@pytest.fixture(scope="module")
def data(operator: Magnetics, models: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    clean = np.asarray(operator(models), float)
    deviation = NOISE * np.abs(clean).mean(axis=(1, 2))
    noise = np.random.default_rng(9_000_000).standard_normal(clean.shape)
    return clean + deviation[:, None, None] * noise, deviation


@pytest.fixture(scope="module")
def solved(
    network: ModeNetwork, models: np.ndarray, data: tuple[np.ndarray, np.ndarray]
) -> list[tuple[Solution, np.ndarray]]:
    """Solutions and samples (50, cells with signal) of the first twelve, both at a time as a user asks for them."""
    found = []
    for model, d, deviation in zip(models[:12], *data, strict=False):
        solution = network.invert(d, deviation)
        found.append((solution, network.sample(d, deviation, 50)[:, model > 0.1 * model.max()]))
    return found


def row(metric: str, method: str = "residual") -> float:
    rows = json.loads(TABLE.read_text(encoding="utf-8"))
    return float(next(one["value"] for one in rows if one["method"] == method and one["metric"] == metric))


def test_the_estimate_is_as_good_as_the_table_says(
    network: ModeNetwork, models: np.ndarray, data: tuple[np.ndarray, np.ndarray]
) -> None:
    each = each_nmse(network(data[0]), models)
    assert abs(each.mean() - row("NMSE")) < 3.0 * each.std() / np.sqrt(COUNT)


def test_every_model_fits_its_data_and_stays_as_good(
    network: ModeNetwork,
    models: np.ndarray,
    data: tuple[np.ndarray, np.ndarray],
    solved: list[tuple[Solution, np.ndarray]],
) -> None:
    some = slice(0, len(solved))
    assert all(0.95 <= solution.chi2_per_datum <= 1.05 for solution, _ in solved)
    found = each_nmse(np.stack([solution.model for solution, _ in solved]), models[some])
    assert found.mean() < 1.1 * each_nmse(network(data[0][some]), models[some]).mean()


def test_intervals_of_samples_cover_what_they_promise(
    models: np.ndarray, solved: list[tuple[Solution, np.ndarray]]
) -> None:
    inside = []
    for model, (_, samples) in zip(models, solved, strict=False):
        signal = model[model > 0.1 * model.max()]
        low, high = np.quantile(samples, [0.05, 0.95], axis=0)
        inside.append(np.mean((signal >= low) & (signal <= high)))
    assert 0.75 < np.mean(inside) < 0.98


def test_another_geometry_is_rejected() -> None:
    with pytest.raises(InputError, match="operator"):
        load("blobs3d", blobs3d_operator((32, 64, 60)))


def test_files_are_small_and_have_a_model_card() -> None:
    for path in SHIPPED.values():
        assert path.stat().st_size <= 16e6
        card = path.with_suffix(".md").read_text(encoding="utf-8")
        for part in ("Data", "Command", "Seed", "Machine", "Metrics", "Limits"):
            assert f"## {part}" in card
