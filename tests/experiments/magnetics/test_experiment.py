"""The magnetics experiment at its smallest, and what its comparison rests on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("matplotlib")

from torch import nn  # noqa: E402

from geoinv.core.checks import InputError  # noqa: E402
from geoinv.experiments.magnetics.experiment import run  # noqa: E402
from geoinv.experiments.magnetics.problem import Magnetics  # noqa: E402
from geoinv.experiments.shared.measures import mean_square_error, nmse, psnr  # noqa: E402
from geoinv.experiments.shared.parameter_matching import match_parameters, parameter_count  # noqa: E402
from geoinv.experiments.shared.preset import RunSettings  # noqa: E402
from geoinv.experiments.shared.regression import RegressionNetwork  # noqa: E402
from geoinv.operators import MagneticSection  # noqa: E402


@pytest.fixture
def quick(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunSettings:
    """Smallest run, on the published digits."""
    if not (shared_data / "mnist").is_dir():
        pytest.skip(f"no MNIST in {shared_data}")
    monkeypatch.setenv("GEOINV_DATA", str(shared_data))
    return RunSettings("quick", 0, tmp_path)


def test_the_quick_run_measures_every_method_and_draws_three_figures(quick):
    table = run(quick)
    for metric in ("NMSE", "MSE per pixel"):
        values = {row.method: row.value for row in table.rows if row.metric == metric}
        assert {"best linear", "plain regression", "OPTEnet", "EUnet", "Proximal", "LearnedGradient"} <= set(values)
        assert {"Diffusion", "score-based", "MCG"} <= set(values)
        assert all(np.isfinite(value) and value > 0.0 for value in values.values() if value is not None)
    assert {row.paper for row in table.rows if row.metric == "NMSE"} == {None}
    papers = {row.method: row.paper for row in table.rows if row.metric == "MSE per pixel" and row.paper is not None}
    assert papers["EUnet"] == 6.2e-2
    drawn = {"sections.png", "recoveries.png", "convergence.png"}
    assert {path.name for path in quick.folder.iterdir()} == {*drawn, "EUnet.safetensors"}
    sizes = {row.method: row.parameters for row in table.rows}
    for method in ("OPTEnet", "Proximal", "LearnedGradient", "plain regression"):
        assert abs(sizes[method] - sizes["EUnet"]) <= 0.05 * sizes["EUnet"]


def test_test_models_are_in_no_other_set_and_their_noise_is_one_percent(quick):
    problem = Magnetics.of(quick)
    seen = {image.tobytes() for image in (*problem.training, *problem.validation)}
    assert not any(image.tobytes() in seen for image in problem.test)
    clean = problem.A(problem.test)
    noise = (problem.test_data - clean) / np.abs(clean).mean(axis=1, keepdims=True)
    npt.assert_allclose(noise.std(), 0.01, rtol=0.05)


def test_errors_are_those_of_their_definitions():
    truth = np.array([[1.0, 0.0], [0.0, 2.0]])
    found = torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    assert nmse(found, truth) == 1.0
    assert mean_square_error(found, truth) == 1.25
    npt.assert_allclose(psnr(found, truth, peak=2.0), 5.0 * (np.log10(8.0) + np.log10(2.0)))
    assert psnr(truth, truth) == np.inf
    with pytest.raises(InputError, match=r"expects recovered models of the shape of the true ones"):
        nmse(found[:1], truth)
    with pytest.raises(InputError, match="not zero everywhere"):
        nmse(found, 0.0 * truth)


def test_sizes_are_matched_within_five_percent_or_refused():
    def make(width):
        return nn.Linear(7, width)

    assert match_parameters(make, 8 * 33, range(1, 1000)) == 33
    assert parameter_count(make(33)) == 8 * 33
    with pytest.raises(InputError, match="within 5 %"):
        match_parameters(make, 8000, range(1, 100))


def test_a_regression_network_is_indifferent_to_the_unit_of_its_data():
    A = MagneticSection((3, 4))
    data = torch.randn(40, 4, generator=torch.Generator().manual_seed(0))
    one, other = RegressionNetwork(A, data, width=8), RegressionNetwork(A, 1e-6 * data, width=8)
    npt.assert_allclose(other(1e-6 * data).detach(), one(data).detach(), rtol=1e-4, atol=1e-6)
