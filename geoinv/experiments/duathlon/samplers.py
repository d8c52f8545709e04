"""The duathlon's samplers, judged by the exact posterior of each datum."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from geoinv.experiments.duathlon.problem import NOISE, Duathlon
from geoinv.experiments.shared.parameter_matching import parameter_count
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row
from geoinv.learned.networks.unrolled import UnrolledNetwork
from geoinv.learned.priors.diffusion import Diffusion, fit
from geoinv.learned.priors.exact_prior import MixtureDiffusion, MixtureScore
from geoinv.learned.sampling.diffusion_sampling import dps, mcg, score_based
from geoinv.learned.sampling.langevin import data_preconditioner, langevin_in_x, langevin_in_z
from geoinv.probability.mixture import GaussianMixture
from geoinv.probability.sample_quality import coverage, energy_distance, mode_weights

__all__ = ["Samplers", "sample_posteriors"]

Array = npt.NDArray[np.float64]
Sampler = Callable[[Tensor, int, int], Tensor]
"""From data (count, 1), draws and a seed to samples (draws, count, 2)."""

SHOWN_DATUM = -1.9
"""Sum of the first group's centre: all but that group is improbable (Figure 2)."""

BLURS = (8.0, 6.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.6, 0.3, 0.0)
"""Standard deviations that blur the prior while the Langevin walks cool down."""

STRENGTHS = (0.003, 0.01, 0.03, 0.1)
LATENT = 8


@dataclass(frozen=True)
class Samplers:
    """What the samplers came to.

    Attributes
    ----------
    rows : list of Row
        Distances from the exact posterior.
    clouds : dict of str to (points, 2) array
        Samples of the shown datum's posterior, and OPTEnet's recoveries of it.
    """

    rows: list[Row]
    clouds: dict[str, Array]


def sample_posteriors(settings: RunSettings, problem: Duathlon, optenet: UnrolledNetwork) -> Samplers:
    """Sample the posteriors of some test data by every method."""
    count, draws = settings.choose(quick=20, cpu=300, full=1000), settings.choose(quick=30, cpu=200, full=500)
    learned = Diffusion((2,), steps=settings.choose(quick=20, cpu=200, full=500), width=64, seed=settings.seed)
    (models,) = problem.tensors(problem.training)
    began = time.perf_counter()
    fit(learned, models, epochs=settings.choose(quick=2, cpu=60, full=300), batch=256, seed=settings.seed)
    trained = time.perf_counter() - began
    parameters = parameter_count(learned)
    exact = MixtureDiffusion(problem.prior, steps=learned.steps)
    methods: dict[str, tuple[Sampler, str]] = {}
    for name, prior in {"learned prior": learned, "exact prior": exact}.items():
        strength = _strength(settings, problem, prior)
        methods |= {
            f"DPS, {name}": (_of(dps, problem, prior, strength=strength), f"strength {strength:g} by validation"),
            f"score-based, {name}": (_of(score_based, problem, prior), ""),
            f"MCG, {name}": (_of(mcg, problem, prior, strength=strength), f"strength {strength:g}"),
        }
    iterations = settings.choose(quick=5, cpu=80, full=200)
    note = "exact prior, cooled from a blurred one"
    methods["Langevin in x"] = (_langevin(problem, iterations, latent=False), note)
    methods["Langevin in z"] = (_langevin(problem, iterations, latent=True), f"{note}; {LATENT} unknowns z")
    rows: list[Row] = []
    clouds: dict[str, Array] = {}
    truths, data = problem.test[:count], problem.test_data[:count]
    posterior = problem.posterior(data)
    random = np.random.default_rng(settings.seed)
    reference = posterior.sample(draws, random)
    rows += _judged(settings, "exact posterior", posterior.sample(draws, random), posterior, reference, truths, problem)
    shown = np.array([[SHOWN_DATUM]])
    clouds["exact posterior"] = problem.posterior(shown).sample(500, random)[:, 0]
    for name, (sampler, note) in methods.items():
        began = time.perf_counter()
        samples = sampler(torch.as_tensor(data), draws, settings.seed).double().numpy()
        common: dict[str, Any] = {"seconds": time.perf_counter() - began, "note": note}
        if "learned" in name:
            common |= {"seconds": trained, "parameters": parameters}
        rows += _judged(settings, name, samples, posterior, reference, truths, problem, **common)
        clouds[name] = sampler(torch.as_tensor(shown), 500, settings.seed + 1).double().numpy()[:, 0]
    noisy = SHOWN_DATUM * (1.0 + NOISE * random.standard_normal((500, 1)))
    with torch.no_grad():
        clouds["OPTEnet"] = optenet(*problem.tensors(noisy)).double().numpy()
    return Samplers(rows, clouds)


def _of(method: Callable[..., Tensor], problem: Duathlon, prior: Any, **options: float) -> Sampler:
    def sampler(data: Tensor, draws: int, seed: int) -> Tensor:
        samples: Tensor = method(prior, problem.A, data.to(prior.centre), draws=draws, seed=seed, **options)
        return samples

    return sampler


def _strength(settings: RunSettings, problem: Duathlon, prior: Any) -> float:
    """Strength of DPS whose samples are nearest to the exact posteriors of validation data."""
    count, draws = settings.choose(quick=5, cpu=50, full=200), settings.choose(quick=10, cpu=50, full=100)
    data = problem.A(problem.validation[:count])
    exact = problem.posterior(data).sample(draws, np.random.default_rng(settings.seed))
    distances = {}
    for strength in STRENGTHS:
        samples = dps(
            prior,
            problem.A,
            torch.as_tensor(data).to(prior.centre),
            draws=draws,
            strength=strength,
            seed=settings.seed,
        )
        distances[strength] = float(energy_distance(samples.double().numpy(), exact).mean())
    return min(distances, key=lambda strength: distances[strength])


def _langevin(problem: Duathlon, iterations: int, latent: bool) -> Sampler:
    """Walks (2.6) with the exact score, in x or in an over-complete z with x = E z and E E' = I."""
    score = MixtureScore(problem.prior)
    size = LATENT if latent else 2
    E = torch.eye(2, dtype=torch.float64)
    if latent:
        orthonormal, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((size, 2)))
        E = torch.as_tensor(orthonormal.T)
    matrix = torch.as_tensor(problem.A.to_dense()) @ E

    def gradient(blur: float) -> Callable[[Tensor], Tensor]:
        # a Gaussian prior on what E does not see makes the density of z one that can be sampled
        def of(z: Tensor) -> Tensor:
            x = z @ E.T
            pull: Tensor = -score(x.reshape(-1, 2), 1.0, blur).reshape(x.shape)
            return pull @ E + (z - x @ E) / (1.0 + blur**2)

        return of

    def sampler(data: Tensor, draws: int, seed: int) -> Tensor:
        noise = NOISE * data[:, 0].abs() + 1e-9
        generator = torch.Generator().manual_seed(seed)
        z = BLURS[0] * torch.randn((draws, len(data), size), generator=generator, dtype=torch.float64)
        for place, blur in enumerate(BLURS):
            options: dict[str, Any] = {
                "step": 0.1,
                "iterations": iterations,
                "preconditioner": data_preconditioner(matrix, noise, (1.0 + blur**2) ** 0.5),
                "seed": seed + place,
            }
            if latent:
                z = langevin_in_z(problem.A, lambda z: z @ E.T, data, noise, gradient(blur), z, **options)
            else:
                x = langevin_in_x(problem.A, data, noise, gradient(blur), z @ E.T, **options)
                z = x @ E
        return z @ E.T

    return sampler


def _judged(
    settings: RunSettings,
    method: str,
    samples: Array,
    posterior: GaussianMixture,
    reference: Array,
    truths: Array,
    problem: Duathlon,
    **common: Any,
) -> list[Row]:
    """Rows that compare samples with the exact posterior."""
    weights = mode_weights(samples, problem.prior)
    improbable = posterior.weights < 0.01
    measures = {
        "error of the groups' weights": (float(np.abs(weights - posterior.weights).sum(1).mean() / 2.0), 0.0),
        "weight of improbable groups": (
            float((weights * improbable).sum(1).mean()),
            float((posterior.weights * improbable).sum(1).mean()),
        ),
        "energy distance": (float(energy_distance(samples, reference).mean()), 0.0),
        "coverage at 90 %": (float(coverage(samples, truths).mean()), 0.9),
    }
    return [
        settings.row(case="sampling", method=method, metric=metric, value=value, limit=limit, **common)
        for metric, (value, limit) in measures.items()
    ]
