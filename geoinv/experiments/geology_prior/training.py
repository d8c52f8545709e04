"""Training of one step of a GeologyNetwork."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from geoinv.experiments.geology_prior.stream import ExampleStream
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.tuned_training import checkpoint_folder
from geoinv.learned.networks.volume_unet import VolumeUNet
from geoinv.learned.priors.geology_network import GeologyNetwork
from geoinv.learned.priors.survey_channels import CHANNELS
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_record import TrainingRecord
from geoinv.learned.training.training_settings import TrainingSettings

__all__ = ["LastStep", "new_step", "train_step", "training_settings"]


class LastStep(nn.Module):
    """The last step of a network as a network by itself: the steps before, which give its memory, do not learn.

    Parameters
    ----------
    network : GeologyNetwork
    """

    def __init__(self, network: GeologyNetwork) -> None:
        super().__init__()
        self.step = network.steps[-1]
        # a list hides them from the parameters
        self._whole = [network]

    def forward(self, seen: Tensor) -> Tensor:
        """Map the channels of all steps (batch, steps x channels, ...) to what the last one adds."""
        network, memory = self._whole[0], None
        for number, channels in enumerate(torch.split(seen, network.channels, dim=1)):
            channels = channels.contiguous(memory_format=torch.channels_last_3d)
            with torch.set_grad_enabled(number == len(network.steps) - 1 and torch.is_grad_enabled()):
                added, memory = network.step(number, channels, memory)
        return added


def new_step(settings: RunSettings, before: Sequence[VolumeUNet], embedded: bool = True) -> GeologyNetwork:
    """Network of the steps before and an untrained one.

    Parameters
    ----------
    settings : RunSettings
    before : sequence of VolumeUNet
    embedded : bool
        Whether the new step sees what the last one made.
    """
    widths = settings.choose(quick=(4, 8), cpu=(24, 64, 128), full=(32, 64, 128, 256))
    torch.manual_seed(settings.seed)
    takes = len(CHANNELS) + (1 + before[-1].widths[0] if before and embedded else 0)
    network = GeologyNetwork(len(CHANNELS), [*before, VolumeUNet(takes, 1, widths)])
    for weights in network.parameters():
        if weights.ndim == 5:  # convolutions run at twice the speed so
            weights.data = weights.data.contiguous(memory_format=torch.channels_last_3d)
    return network


def training_settings(settings: RunSettings, number: int) -> TrainingSettings:
    """How step `number`, from 0, is trained: the loss is the error's square relative to that of the model it sees."""
    return TrainingSettings(
        loss="relative",
        optimizer="AdamW",
        weight_decay=1e-2,
        learning_rate=1e-3,
        batch=settings.choose(quick=4, cpu=16, full=32),
        epochs=settings.choose(quick=(1, 1), cpu=(24, 12), full=(200, 100))[number > 0],
        precision=settings.choose(quick="float32", cpu="bfloat16", full="bfloat16"),
        seed=settings.seed,
        schedule="cosine per step",
        warmup=settings.choose(quick=1, cpu=100, full=500),
        average=settings.choose(quick=0.9, cpu=0.998, full=0.999),
        clip=1.0,
        device=settings.device,
    )


def train_step(
    settings: RunSettings, network: GeologyNetwork, paths: Sequence[Path], validation: Sequence[Path], name: str
) -> TrainingRecord:
    """Train the last step of a network on shards, going on from a run that was killed."""
    training = training_settings(settings, len(network.steps) - 1)
    stream = ExampleStream(paths, settings.choose(quick=8, cpu=3200, full=12_800))
    checked = ExampleStream(validation, settings.choose(quick=4, cpu=64, full=256), changed=False)
    return fit(
        LastStep(network),
        None,
        stream,
        checked,
        training,
        checkpoint_folder(settings, name, settings.seed),
        resume=True,
    )
