"""Magnetic sections by sampling: the diffusion learned from digits, and the strengths tried."""

from __future__ import annotations

from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.tuned_sampler import SamplingProtocol

__all__ = ["sampling_protocol"]

_CANDIDATES = {
    "Diffusion": [0.01, 0.03, 0.1],
    "score-based": [0.1, 0.3, 0.9],
    "MCG": [0.03, 0.1, 0.3],
}


def sampling_protocol(settings: RunSettings) -> SamplingProtocol:
    """Training of the diffusion, and what the samplers are chosen from."""
    return SamplingProtocol(
        steps=settings.choose(quick=8, cpu=100, full=1000),
        width=settings.choose(quick=4, cpu=16, full=64),
        depth=2,
        epochs=settings.choose(quick=1, cpu=16, full=300),
        batch=64,
        learning_rate=settings.choose(quick=1e-3, cpu=1e-3, full=5e-4),
        patience=settings.choose(quick=1, cpu=3, full=10),
        models=settings.choose(quick=None, cpu=20_000, full=None),
        half=settings.preset == "cpu",
        candidates=settings.choose(quick={method: [0.1] for method in _CANDIDATES}, cpu=_CANDIDATES, full=_CANDIDATES),
        chosen_by=settings.choose(quick=4, cpu=16, full=256),
    )
