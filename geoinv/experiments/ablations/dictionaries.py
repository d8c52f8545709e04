"""Ablation: a learned embedding against fixed dictionaries, on magnetic sections of ellipses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from geoinv.embeddings.dictionaries import OverCompleteCosines, UndecimatedWavelets
from geoinv.experiments.shared.convergence import Convergence
from geoinv.experiments.shared.fair_training import fair_training, tuned_rate
from geoinv.experiments.shared.measures import nmse
from geoinv.experiments.shared.noisy_problem import NOISE
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row
from geoinv.experiments.shared.tuned_training import CHECKPOINTS, checkpoint_folder
from geoinv.learned.networks.eunet import EUnet
from geoinv.learned.training.examples import with_noise
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_record import TrainingRecord
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import MagneticSection

__all__ = ["dictionary_rows", "ellipses"]

Array = npt.NDArray[np.float32]


def ellipses(count: int, shape: tuple[int, int], random: np.random.Generator) -> Array:
    """Sections with one to three overlapping ellipses of magnetization 1 in zero.

    Examples
    --------
    >>> sections = ellipses(5, (16, 16), np.random.default_rng(0))
    >>> sections.shape, bool(sections.any()), float(sections.max())
    ((5, 16, 16), True, 1.0)
    """
    rows, columns = np.indices(shape)
    sections = np.zeros((count, *shape), np.float32)
    for section in sections:
        for _ in range(random.integers(1, 4)):
            centre = random.uniform(0.15, 0.85, 2) * shape
            radii = random.uniform(0.08, 0.25, 2) * shape
            turn = random.uniform(0.0, np.pi)
            down, along = rows - centre[0], columns - centre[1]
            first = (np.cos(turn) * down + np.sin(turn) * along) / radii[0]
            second = (np.cos(turn) * along - np.sin(turn) * down) / radii[1]
            section[first**2 + second**2 <= 1.0] = 1.0
    return sections


def dictionary_rows(settings: RunSettings) -> list[Row]:
    """NMSE of EUnets that differ in E only: none, fixed, or learned with as many unknowns."""
    side = settings.choose(quick=8, cpu=20, full=28)
    A = MagneticSection((side, side), dtype="float32")
    count = settings.choose(quick=64, cpu=1_000, full=20_000)
    random = np.random.default_rng([settings.seed, 42])
    models = ellipses(count + count // 4, (side, side), random)
    training, validation, test = np.split(models, [count, count + count // 8])
    clean = torch.as_tensor(A(test))
    data = with_noise(clean, NOISE, torch.Generator().manual_seed(settings.seed))
    wavelets = UndecimatedWavelets((side, side), "haar", levels=2, dtype="float32")
    size = wavelets.domain_shape[0]
    embeddings: dict[str, Any] = {
        "no embedding, E = I": 0,
        f"undecimated Haar wavelets, K/N = {size}": wavelets,
        "over-complete cosines, K/N = 4": OverCompleteCosines((side, side), 2, dtype="float32"),
        f"learned E(t), K/N = {size}": size,
        "learned E(t), K/N = 32": 32,
    }
    rows: list[Row] = []
    for name, embedding in embeddings.items():

        def make(embedding: Any = embedding) -> EUnet:
            width = settings.choose(quick=8, cpu=32, full=32)
            return EUnet(A, embedding=embedding, width=width, layers=6, seed=settings.seed)

        network = make()
        record, note = _trained(settings, network, make, A, training, validation, name.replace("/", " over "))
        with torch.no_grad():
            found = network.cpu()(data)
        rows.append(
            settings.row(
                case=f"dictionaries, sections {side} x {side}",
                method=name,
                metric="NMSE",
                value=nmse(found, test),
                parameters=network.parameter_count,
                seconds=record.seconds,
                note=f"potential 32 wide in each, so that the counts differ by K_1 and E only; {note}",
            )
        )
    return rows


def _trained(
    settings: RunSettings,
    network: EUnet,
    make: Callable[[], EUnet],
    A: MagneticSection,
    training: Array,
    validation: Array,
    place: str,
) -> tuple[TrainingRecord, str]:
    """Train a network by the rate that short trainings choose, from checkpoints if any; what is to be said of it."""

    def schedule(epochs: int, rate: float) -> TrainingSettings:
        return fair_training(
            len(training),
            learning_rate=rate,
            batch=settings.choose(quick=64, cpu=16, full=64),
            epochs=epochs,
            clip=1.0,
            seed=settings.seed,
            device=settings.device,
        )

    rates = settings.choose(quick=[3e-3], cpu=[1e-3, 3e-3, 9e-3], full=[1e-3, 3e-3, 9e-3])
    short = schedule(settings.choose(quick=1, cpu=2, full=10), rates[0])
    folder = settings.folder / CHECKPOINTS / f"{settings.preset} {place} rates"
    rate = tuned_rate(make, A, training, validation, short, folder, rates)
    own = schedule(settings.choose(quick=2, cpu=16, full=100), rate.best)
    checkpoints = checkpoint_folder(settings, place, settings.seed)
    record = fit(network, A, training, validation, own, checkpoints, resume=True)
    steps = math.ceil(len(training) / own.batch)
    tried = (short.epochs * steps, rate.errors[rate.best]) if len(rates) > 1 else None
    said = f"batch {own.batch}, {Convergence(record, steps, tried).text}; {rate.text('learning rate')}"
    return record, said
