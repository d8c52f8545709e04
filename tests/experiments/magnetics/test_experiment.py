"""The magnetics experiment at its smallest, and what its comparison rests on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest

from geoinv.experiments.magnetics.experiment import run
from geoinv.experiments.magnetics.problem import Magnetics
from geoinv.experiments.shared.preset import RunSettings

pytest.importorskip("matplotlib")


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
        # with few draws the data tell the truth from all of them
        below = values.pop("Bayes error, lower bound")
        assert 0.0 <= below < values["Bayes error, by pairs"]
        assert {"training models, weighted", "training models, locally linear", "EUnet without embedding"} <= set(
            values
        )
        assert all(np.isfinite(value) and value > 0.0 for value in values.values() if value is not None)
    assert {row.paper for row in table.rows if row.metric == "NMSE"} == {None}
    papers = {row.method: row.paper for row in table.rows if row.metric == "MSE per pixel" and row.paper is not None}
    assert papers["EUnet"] == 6.2e-2
    assert table.provenance["EUnet"].startswith(("lowest, ", "not the lowest: "))
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
