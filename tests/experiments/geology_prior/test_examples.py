"""Examples: the models that the loop itself comes to, kept in shards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from geoinv.experiments.geology_prior import examples
from geoinv.experiments.geology_prior.examples import Shard, recorded, survey_of, surveys_of
from geoinv.inversion.invert import invert
from geoinv.learned.networks.volume_unet import VolumeUNet
from geoinv.learned.priors.geology_network import GeologyNetwork
from geoinv.learned.priors.geology_prior import GeologyPrior
from geoinv.learned.priors.survey_channels import CHANNELS
from geoinv.regularizers.smooth import Smooth


def _network(steps: int) -> GeologyNetwork:
    torch.manual_seed(0)
    unets = [VolumeUNet(len(CHANNELS) + (5 if k else 0), 1, (4, 6)) for k in range(steps)]
    with torch.no_grad():
        for unet in unets:
            for weights in unet.parameters():
                weights.copy_(0.05 * torch.randn(weights.shape))
    return GeologyNetwork(len(CHANNELS), unets)


def test_the_first_model_is_nearly_the_smooth_one_and_the_second_is_another(monkeypatch) -> None:
    monkeypatch.setattr(examples, "SHAPES", ((8, 10, 10),))
    shard = recorded(surveys_of(3, 1), _network(1))
    survey, lowest = survey_of(3, 0)
    smooth = invert(survey.operator, survey.data, survey.uncertainty, Smooth(), bounds=(lowest, np.inf)).model
    first, second = shard.models[0]
    assert np.linalg.norm(first - smooth) < 0.1 * np.linalg.norm(smooth)
    assert np.linalg.norm(second - first) > 0.01 * np.linalg.norm(first)
    assert np.allclose(shard.truth[0], survey.true_model, rtol=1e-6)
    assert np.array_equal(shard.rock[0], survey.geology.grid.active)


def test_what_is_recorded_is_what_the_prior_sees_in_the_loop(monkeypatch) -> None:
    monkeypatch.setattr(examples, "SHAPES", ((8, 10, 10),))
    whole = _network(2)
    shard = recorded(surveys_of(4, 1), GeologyNetwork(len(CHANNELS), whole.steps[:1]))
    survey, lowest = survey_of(4, 0)
    seen: list[np.ndarray] = []
    taken = GeologyPrior._stepped

    def noted(self: GeologyPrior, step: int, z: np.ndarray, beta: float) -> GeologyPrior:
        seen.append(z)
        return taken(self, step, z, beta)

    monkeypatch.setattr(GeologyPrior, "_stepped", noted)
    invert(survey.operator, survey.data, survey.uncertainty, GeologyPrior(_network=whole), bounds=(lowest, np.inf))
    assert np.allclose(shard.models[0], seen, atol=1e-6 * np.max(seen))


def test_a_shard_is_kept_whole(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(examples, "SHAPES", ((8, 10, 10),))
    shard = recorded(surveys_of(5, 2), _network(0))
    shard.save(tmp_path / "shard.npz")
    again = Shard.load(tmp_path / "shard.npz")
    for name in Shard.__dataclass_fields__:
        assert np.array_equal(getattr(again, name), getattr(shard, name))
    assert [path.name for path in tmp_path.iterdir()] == ["shard.npz"]
