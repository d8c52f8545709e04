"""Figures of the duathlon."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from matplotlib.image import imread

from geoinv.experiments.duathlon.figures import SHOWN, draw_convergence, draw_posterior
from geoinv.experiments.duathlon.problem import Duathlon


def test_clouds_that_are_there_are_drawn_and_the_others_left_out(tmp_path):
    problem, random = Duathlon.draw(40, 30, seed=1), np.random.default_rng(0)
    draw_posterior(tmp_path / "none.png", problem, {})
    draw_posterior(tmp_path / "all.png", problem, {name: random.normal(size=(50, 2)) for name in SHOWN})
    none, every = (imread(tmp_path / name)[..., :3] for name in ("none.png", "all.png"))
    assert none.shape == every.shape
    panel = none.shape[1] // 5
    assert not np.array_equal(none[:, panel:], every[:, panel:])


def test_errors_are_drawn_epoch_by_epoch(tmp_path):
    epochs = [SimpleNamespace(epoch=n, train_error=1.0 / n, validation_error=2.0 / n) for n in (1, 2, 3)]
    draw_convergence(tmp_path / "a.png", {"EUnet": SimpleNamespace(epochs=epochs)})
    assert imread(tmp_path / "a.png")[..., :3].std() > 0.01
