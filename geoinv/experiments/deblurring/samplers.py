"""Deblurring by sampling: the diffusion learned from the images, and the strengths tried."""

from __future__ import annotations

import numpy as np

from geoinv.experiments.deblurring.problem import Deblurring
from geoinv.experiments.shared.noisy_problem import NOISE
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.tuned_sampler import SamplingProtocol
from geoinv.learned.sampling.pseudo_inverse import PseudoInverse, damped_pseudo_inverse

__all__ = ["pull_back", "sampling_protocol"]

_CANDIDATES = {"Diffusion": [0.3, 1.0, 3.0], "score-based": [0.3, 0.6, 1.0], "MCG": [0.3, 1.0, 3.0]}


def sampling_protocol(settings: RunSettings) -> SamplingProtocol:
    """Training of the diffusion, and what the samplers of a preset are chosen from."""
    return SamplingProtocol(
        steps=settings.choose(quick=8, cpu=100, full=1000),
        width=settings.choose(quick=8, cpu=16, full=64),
        depth=settings.choose(quick=1, cpu=3, full=3),
        epochs=settings.choose(quick=1, cpu=16, full=300),
        batch=settings.choose(quick=8, cpu=8, full=64),
        learning_rate=settings.choose(quick=1e-3, cpu=1e-3, full=5e-4),
        patience=settings.choose(quick=1, cpu=5, full=10),
        candidates=settings.choose(
            quick={"Diffusion": [1.0]}, cpu={"Diffusion": _CANDIDATES["Diffusion"]}, full=_CANDIDATES
        ),
        chosen_by=settings.choose(quick=1, cpu=2, full=16),
        half=settings.preset == "cpu",
    )


def pull_back(problem: Deblurring) -> PseudoInverse:
    """Pseudo-inverse of the blur, damped so that what the projections amplify is not noise alone."""
    noise = NOISE * float(np.abs(problem.validation_data).mean())
    return damped_pseudo_inverse(problem.A, noise / float(problem.training.std()))
