"""The networks of blobs3d, set up in the units of the problem's modes, and their training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from geoinv.datasets.blobs3d import NOISE
from geoinv.experiments.blobs3d.linear import best_linear_map
from geoinv.experiments.blobs3d.problem import BlobProblem
from geoinv.experiments.blobs3d.stream import BlobStream
from geoinv.experiments.shared.bent_potential import bent
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.tuned_training import checkpoint_folder
from geoinv.learned.networks.mode_cores import EUnetCore, ModeCore, ResidualCore
from geoinv.learned.networks.mode_network import ModeNetwork
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_record import TrainingRecord
from geoinv.learned.training.training_settings import TrainingSettings

__all__ = ["Units", "network_makers", "train_core", "with_errors"]


@dataclass(frozen=True)
class Units:
    """Second moments of the training pairs, which set the units of the networks.

    Attributes
    ----------
    models, data : (samples, ...) tensors
        Coefficients and noisy data modes, in units of mean |d| = 1.
    """

    models: Tensor
    data: Tensor

    @classmethod
    def of(cls, stream: BlobStream, samples: int) -> Units:
        """Draw them apart from what is trained with."""
        return cls(*stream.draw(samples, 11))

    @property
    def relative(self) -> Tensor:
        """Models, each scaled to the median size of all."""
        sizes = torch.linalg.vector_norm(self.models, dim=1, keepdim=True)
        scaled: Tensor = self.models / sizes * sizes.median()
        return scaled


def network_makers(
    settings: RunSettings, problem: BlobProblem, units: Units
) -> dict[str, Callable[[], tuple[ModeCore, TrainingSettings]]]:
    """Every network compared, by name, with how it is trained."""
    common = TrainingSettings(
        loss="relative",
        optimizer="AdamW",
        weight_decay=1e-4,
        learning_rate=1e-3,
        batch=settings.choose(quick=32, cpu=256, full=256),
        epochs=settings.choose(quick=2, cpu=200, full=600),
        precision=settings.choose(quick="float32", cpu="bfloat16", full="bfloat16"),
        seed=settings.seed,
        schedule="cosine per step",
        warmup=settings.choose(quick=5, cpu=200, full=500),
        average=settings.choose(quick=0.9, cpu=0.998, full=0.999),
        clip=1.0,
        device=settings.device,
    )

    def residual() -> tuple[ModeCore, TrainingSettings]:
        torch.manual_seed(settings.seed)
        core = ResidualCore(
            units.data.shape[1],
            units.models.shape[1],
            width=settings.choose(quick=64, cpu=1024, full=1536),
            depth=settings.choose(quick=2, cpu=4, full=6),
        )
        core.linear.copy_(torch.from_numpy(best_linear_map(units.data.numpy(), units.models.numpy())))
        core.data_sizes.copy_(units.data.square().mean(0).sqrt())
        core.model_sizes.copy_(units.relative.square().mean(0).sqrt())
        return core, common

    def eunet() -> tuple[ModeCore, TrainingSettings]:
        relative = units.relative.double().numpy()
        physics = problem.in_data_modes.astype(np.float64)
        values, vectors = np.linalg.eigh(relative.T @ relative / len(relative))
        colouring = vectors * np.sqrt(np.maximum(values, 1e-7 * values[-1]))
        image = physics @ colouring
        noisy, axes = np.linalg.eigh(image @ image.T + NOISE**2 * np.eye(len(image)))
        whitening = (axes / np.sqrt(noisy)) @ axes.T
        core = EUnetCore(
            len(physics),
            len(colouring),
            embedding=settings.choose(quick=160, cpu=1024, full=1536),
            width=settings.choose(quick=64, cpu=512, full=768),
            layers=3,
            physics=torch.from_numpy((whitening @ image).astype(np.float32)),
            seed=settings.seed,
        )
        bent(core.net, settings.seed)
        core.whitening.copy_(torch.from_numpy(whitening))
        core.colouring.copy_(torch.from_numpy(colouring))
        # its data steps subtract numbers that half precision would not tell apart
        return core, replace(
            common,
            epochs=settings.choose(quick=2, cpu=38, full=120),
            batch=settings.choose(quick=32, cpu=64, full=64),
            precision="float32",
            layers=(2, 3, 4),
        )

    return {"residual": residual, "EUnet": eunet}


def train_core(
    settings: RunSettings, stream: BlobStream, name: str, core: ModeCore, training: TrainingSettings
) -> TrainingRecord:
    """Train on the stream; a run that was killed goes on."""
    place = checkpoint_folder(settings, name, training.seed)
    record = fit(core, None, stream, settings.choose(quick=64, cpu=2000, full=4000), training, place, resume=True)
    core.cpu().eval()
    return record


@torch.no_grad()
def _errors(core: ModeCore, models: Tensor, data: Tensor) -> Tensor:
    return models - torch.cat([core(some) for some in torch.split(data, 500)])


def with_errors(settings: RunSettings, problem: BlobProblem, stream: BlobStream, core: ModeCore) -> ModeNetwork:
    """Network with a model of its errors, fitted to what it was not trained with."""
    network = ModeNetwork(problem.A, problem.modes.factors, problem.data_modes, core)
    samples = settings.choose(quick=512, cpu=20_000, full=50_000)
    models, data = stream.draw(samples, 12)
    errors = _errors(core, models, data)
    own = network.errors
    own.set_units(errors, data)
    steps, batch = settings.choose(quick=20, cpu=1500, full=4000), min(256, samples)
    optimizer = torch.optim.AdamW(own.parameters(), lr=1e-3, weight_decay=1e-3)
    generator = torch.Generator().manual_seed(settings.seed)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * 0.5 * (1.0 + float(np.cos(np.pi * step / steps)))
        rows = torch.randint(samples, (batch,), generator=generator)
        loss = own.negative_log_likelihood(errors[rows], data[rows]).mean()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    return network.eval()
