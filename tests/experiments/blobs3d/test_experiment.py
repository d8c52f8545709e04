"""The blobs3d experiment at its smallest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geoinv.datasets.blobs3d import blobs3d, blobs3d_operator
from geoinv.experiments.blobs3d.experiment import PUBLISHED, run
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Table
from geoinv.learned.networks.registry import load

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Table, Path]:
    folder = tmp_path_factory.mktemp("blobs3d")
    return run(RunSettings("quick", 0, folder)), folder


def test_every_method_is_measured(quick: tuple[Table, Path]) -> None:
    values = {row.method: row.value for row in quick[0].rows if row.metric == "NMSE"}
    linear = {"best linear map", "normal posterior, mean", "classical, smooth", "classical, sparse"}
    learned = {"residual", "residual, invert", "EUnet", "EUnet, invert"}
    assert set(values) == {*PUBLISHED, *linear, *learned}
    assert all(values[method] is None for method in PUBLISHED)
    assert all(0.0 < float(values[method] or 0.0) < 10.0 for method in linear | learned)


def test_every_inverted_model_fits(quick: tuple[Table, Path]) -> None:
    misfits = [row.value for row in quick[0].rows if row.metric.startswith("chi^2/N")]
    assert len(misfits) == 4
    assert all(0.95 <= float(value or 0.0) <= 1.05 for value in misfits)


def test_coverage_and_scores_stand_beside_the_normal_posterior(quick: tuple[Table, Path]) -> None:
    for metric in ("90 % intervals, coverage", "CRPS / mean |x|"):
        methods = [row.method for row in quick[0].rows if row.metric == metric]
        assert methods == ["normal posterior", "residual, sample", "EUnet, sample"]


def test_weights_and_figure_are_written(quick: tuple[Table, Path]) -> None:
    folder = quick[1]
    assert {path.name for path in folder.iterdir()} == {
        "EUnet.safetensors",
        "residual.safetensors",
        "recoveries.png",
    }
    A = blobs3d_operator((8, 16, 16))
    network = load(folder / "residual.safetensors", A)
    model = blobs3d(1, 77, A.domain_shape)
    found = network(np.asarray(A(model)))
    assert found.shape == model.shape
    assert np.sum((found - model) ** 2) < np.sum(model**2)
