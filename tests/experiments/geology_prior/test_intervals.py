"""Error bars: they learn how far truths lie, and hold the share that they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from geoinv.experiments.geology_prior.examples import Shard
from geoinv.experiments.geology_prior.intervals import fit_error_bars, held, widening
from geoinv.experiments.geology_prior.stream import ExampleStream
from geoinv.experiments.geology_prior.training import new_step
from geoinv.experiments.shared.preset import RunSettings
from geoinv.learned.priors.error_bars import ErrorBars
from geoinv.learned.priors.geology_network import GeologyNetwork


def _shard(random: np.random.Generator) -> Shard:
    """Truths between a tenth below and three tenths above models of one amplitude."""
    shape = (16, 4, 8, 8)
    models = np.ones((16, 1, *shape[1:]), np.float32)
    return Shard(
        models=models,
        truth=(1.0 + random.uniform(-0.1, 0.3, shape)).astype(np.float32),
        weights=np.ones(shape, np.float32),
        rock=np.ones(shape, bool),
        penalty=np.ones((16, 1)),
        spacing=np.ones((16, 3)),
        direction=np.tile([0.0, 0.0, -1.0], (16, 1)),
        either_sign=np.zeros(16, bool),
    )


def test_they_learn_the_percentiles_of_the_errors(tmp_path: Path) -> None:
    _shard(np.random.default_rng(0)).save(tmp_path / "00001.npz")
    stream = ExampleStream([tmp_path / "00001.npz"], 0)
    errors = ErrorBars(9, (4, 8))
    fit_error_bars(errors, stream, steps=200, batch=4, seed=0)
    below, above = errors(stream.draw(4, 0)[1])
    # 5 and 95 % of errors uniform from -0.1 to 0.3
    assert abs(float(below.mean()) - 0.08) < 0.03
    assert abs(float(above.mean()) - 0.28) < 0.05


def test_widened_they_hold_the_share_of_the_rock(tmp_path: Path) -> None:
    settings = RunSettings("quick", 0, tmp_path)
    torch.manual_seed(0)
    errors = ErrorBars(9, (4, 8)).requires_grad_(False)
    network = GeologyNetwork(9, list(new_step(settings, []).steps), errors=errors)
    errors.widening.fill_(widening(settings, network))
    assert float(errors.widening) > 0.0
    own = widening(settings, network)
    assert own == pytest.approx(1.0, rel=0.2)  # what is clipped at zero does not widen
    of_rock, of_all = held(settings, network)
    assert 0.3 < of_rock <= 1.0
    assert 0.3 < of_all <= 1.0
