"""GeologyNetwork: steps with a memory, kept in one file with what they were trained for."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from geoinv.core.checks import InputError
from geoinv.learned.layers.weights import read_weights, write_weights
from geoinv.learned.networks.volume_unet import VolumeUNet
from geoinv.learned.priors.familiarity import Familiarity
from geoinv.learned.priors.geology_network import GeologyNetwork


def network(channels: int = 3, size: float = 0.2, steps: int = 2) -> GeologyNetwork:
    torch.manual_seed(0)
    unets = [VolumeUNet(channels if not k else channels + 1 + 4, 1, (4, 6)) for k in range(steps)]
    with torch.no_grad():
        for unet in unets:
            for weights in unet.parameters():
                weights.copy_(size * torch.randn(weights.shape))
    familiarity = Familiarity(3 * 6 + 4 + 3, 5)
    familiarity.limit.fill_(0.7)
    return GeologyNetwork(channels, unets, {"height of the stations": (0.5, 2.0)}, familiarity)


def _taken(made: GeologyNetwork, channels: torch.Tensor) -> list[torch.Tensor]:
    memory, found = None, []
    for number in range(len(made.steps)):
        added, memory = made.step(number, channels, memory)
        found.append(added)
    return found


def test_air_stays_empty() -> None:
    channels = torch.randn(2, 3, 5, 6, 7)
    channels[:, 1] = (torch.rand(2, 5, 6, 7) > 0.5).float()
    for added in _taken(network(), channels):
        assert added.any()
        assert not added[channels[:, 1:2] == 0.0].any()


def test_a_step_sees_what_the_one_before_made() -> None:
    channels, made = torch.rand(1, 3, 5, 6, 7) + 0.5, network()
    _, memory = made.step(0, channels, None)
    first, _ = made.step(1, channels, memory)
    other, _ = made.step(1, channels, 2.0 * memory)
    assert not torch.allclose(first, other)


def test_a_file_gives_the_same_steps_and_what_they_are_for(tmp_path: Path) -> None:
    made, channels = network(), torch.rand(1, 3, 5, 6, 7)
    made.save(tmp_path / "steps.safetensors")
    again = GeologyNetwork.load(tmp_path / "steps.safetensors")
    for here, there in zip(_taken(made, channels), _taken(again, channels), strict=True):
        assert torch.equal(here, there)
    assert again.ranges == made.ranges
    assert again.familiarity is not None
    whole, kept = (one.eval().first_step(channels)[2] for one in (made, again))
    assert torch.equal(again.familiarity(kept), made.familiarity(whole))
    assert float(again.familiarity.limit) == pytest.approx(0.7)
    made.save(tmp_path / "half.safetensors", half=True)
    assert (tmp_path / "half.safetensors").stat().st_size < 0.75 * (tmp_path / "steps.safetensors").stat().st_size
    half = _taken(GeologyNetwork.load(tmp_path / "half.safetensors"), channels)
    whole = _taken(made, channels)[-1]
    assert (half[-1] - whole).norm() < 5e-3 * whole.norm()


def test_truncated_and_damaged_files_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "steps.safetensors"
    network().save(path)
    whole = path.read_bytes()
    description, tensors = read_weights(path, "GeologyNetwork")
    tensors = {name: tensor.clone() for name, tensor in tensors.items()}  # the file is mapped, and will be cut
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="truncated"):
        GeologyNetwork.load(path)
    damaged = {
        "settings of one to 16 steps": {"steps": "two"},
        "settings of one to": {"steps": []},
        "sizes of its surveys": {"ranges": {"height": [1.0]}},
        "settings of its familiarity": {"familiarity": {"numbers": 25}},
        "expects the settings of its familiarity": {"familiarity": [25, 5]},
        "settings of its steps": {"steps": [{"channels_in": 3, "channels_out": 1, "width": 4}]},
        "expects step 1": {"steps": [{"channels_in": 5, "channels_out": 1, "widths": [4, 6]}]},
        "another architecture": {"steps": [{"channels_in": 3, "channels_out": 1, "widths": [4, 6]}]},
    }
    for message, changed in damaged.items():
        write_weights(path, "GeologyNetwork", {**description, **changed}, tensors)
        with pytest.raises(InputError, match=message):
            GeologyNetwork.load(path)
    write_weights(path, "EUnet", description, tensors)
    with pytest.raises(InputError, match="weights of GeologyNetwork, got those of EUnet"):
        GeologyNetwork.load(path)
