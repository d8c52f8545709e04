"""Deblurring of colour pictures: Table 2 and Figures 5 and 8-11, with Wiener's filter and total variation beside."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

from geoinv.datasets import FreePictures, Pictures, free_pictures
from geoinv.experiments.deblurring.classical import TotalVariation, Wiener
from geoinv.experiments.deblurring.figures import draw_recoveries
from geoinv.experiments.deblurring.networks import WITHOUT_EMBEDDING, begins, network_makers, training_protocol
from geoinv.experiments.deblurring.problem import Deblurring, read_pictures
from geoinv.experiments.deblurring.samplers import pull_back, sampling_protocol
from geoinv.experiments.shared.bracket import Bracket, bracketed
from geoinv.experiments.shared.fair_training import PROTOCOL
from geoinv.experiments.shared.measures import nmse, psnr
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.seeds import over_seeds
from geoinv.experiments.shared.standing import lowest, standing
from geoinv.experiments.shared.table import Row, Table
from geoinv.experiments.shared.tuned_sampler import Sampler, TrainedDiffusion, train_diffusion
from geoinv.experiments.shared.tuned_training import (
    CHECKPOINTS,
    Maker,
    TrainedNetwork,
    train_network,
    tune_network,
)
from geoinv.learned.networks.eunet import EUnet

__all__ = ["run"]

Array = npt.NDArray[Any]

PAPER: dict[str, dict[float, float]] = {
    "Diffusion": {1: 4.3e-3, 3: 4.3e-2, 5: 1.9e-1, 7: 5.0e-1, 9: 9.5e-1},
    "Proximal": {1: 5.6e-3, 3: 3.0e-2, 5: 4.7e-2, 7: 6.3e-2, 9: 8.9e-2},
    "EUnet": {1: 1.3e-3, 3: 2.3e-2, 5: 4.2e-2, 7: 5.7e-2, 9: 7.1e-2},
}
"""Table 2: test NMSE by method and s."""

SCALES = [1.0, 3.0, 5.0, 7.0, 9.0]

CLOSEST = 3.0
"""Blur at which the networks lie closest together."""

MIDDLE = 5.0

_DRAWN = ("Wiener", "Diffusion", "Proximal", "EUnet")

_UNTOUCHED = "nothing is done: the blurred and noisy pictures against the true ones"


def run(settings: RunSettings) -> Table:
    """Train and tune every method for each blur, and measure each on test pictures that no choice has seen."""
    scales = settings.choose(quick=[3.0], cpu=SCALES, full=SCALES)
    read = read_pictures(settings)
    free = _shown(read.test.shape[-1])
    shape, protocol = read.train.shape[2:], sampling_protocol(settings)
    priors = {
        seed: train_diffusion(settings, read.train, read.validation, shape, protocol, seed) for seed in settings.seeds()
    }
    rates = _SharedRates(settings, read)
    rows: list[Row] = []
    where = []
    for scale in scales:
        comparison = _Comparison(settings, Deblurring.of(read, scale, settings.seed), free)
        rows += comparison.rows(priors, rates)
        where.append(f"{comparison.problem.case}: {standing(comparison.errors, WITHOUT_EMBEDDING)}")
    shutil.rmtree(settings.folder / CHECKPOINTS, ignore_errors=True)
    return Table("deblurring", rows, {**_origin(read, free), "EUnet": "; ".join(where)})


class _SharedRates:
    """Learning rates that serve all blurs, chosen at the middle one when they are asked for.

    Parameters
    ----------
    settings : RunSettings
    read : Pictures
    """

    def __init__(self, settings: RunSettings, read: Pictures) -> None:
        self.settings, self.read = settings, read
        self._known: dict[str, Bracket] = {}

    def of(self, name: str, scale: float) -> Bracket | None:
        """Rate of a network; None where it is to be chosen for the blur itself."""
        if self.settings.preset == "full" or scale == MIDDLE:
            return None
        if name not in self._known:
            protocol = training_protocol(self.settings)
            make = self._makers[name]
            self._known[name] = tune_network(self.settings, self._problem, protocol, f"{name} s{MIDDLE:g}", make)
        return self._known[name]

    @cached_property
    def _problem(self) -> Deblurring:
        return Deblurring.of(self.read, MIDDLE, self.settings.seed)

    @cached_property
    def _makers(self) -> dict[str, Maker]:
        return network_makers(self.settings, self._problem)


class _Comparison:
    """All methods on one blur.

    Parameters
    ----------
    settings : RunSettings
    problem : Deblurring
    free : FreePictures
        What the figure shows.
    """

    def __init__(self, settings: RunSettings, problem: Deblurring, free: FreePictures) -> None:
        self.settings, self.problem, self.free = settings, problem, free
        self.free_data = problem.data_of(free.images, settings.seed)
        self.seeds = settings.seeds(cpu=3 if problem.scale == CLOSEST else 1)
        self.few = settings.choose(quick=2, cpu=8, full=100)
        self.shown: dict[str, Array] = {}
        self.errors: dict[str, Row] = {}

    def rows(self, priors: dict[int, TrainedDiffusion], rates: _SharedRates) -> list[Row]:
        """Errors of all methods; the figure is drawn on the way."""
        rows = self._errors("data, as they are", [self.problem.test_data], note=_UNTOUCHED)
        rows += self._classical()
        for method in sampling_protocol(self.settings).candidates:
            rows += self._sampled(method, priors)
        for name, make in network_makers(self.settings, self.problem).items():
            if name == WITHOUT_EMBEDDING and self.settings.preset == "cpu" and lowest(self.errors):
                continue  # nothing to explain
            place, protocol = f"{name} s{self.problem.scale:g}", training_protocol(self.settings)
            runs = train_network(
                self.settings, self.problem, protocol, place, make, rates.of(name, self.problem.scale), self.seeds
            )
            learned = self._learned(name, runs)
            # those that see other data are no rivals
            if "," not in name:
                self.errors[name] = learned[0]
            rows += learned
        drawn = {name: self.shown[name] for name in _DRAWN}
        figure = self.settings.folder / f"recoveries-s{self.problem.scale:g}.png"
        draw_recoveries(figure, self.problem.case, self.free, self.free_data, drawn)
        return rows

    def _classical(self) -> list[Row]:
        problem, settings = self.problem, self.settings
        began = time.perf_counter()
        wiener = Wiener(problem)
        found = wiener(problem.test_data)
        note = "stationary prior from the training pictures, colours decorrelated"
        rows = self._errors("Wiener", [found], seconds=time.perf_counter() - began, note=note)
        self.shown["Wiener"] = wiener(self.free_data)
        candidates = settings.choose(quick=[3.0], cpu=[0.3, 1.0, 3.0, 10.0], full=[0.1, 0.3, 1.0, 3.0, 10.0, 30.0])
        count = settings.choose(quick=2, cpu=4, full=20)
        variation = TotalVariation(problem)
        beta = bracketed(candidates, lambda beta: variation.validation_error(beta, count))
        by = f" by {count} validation pictures" if len(candidates) > 1 else ""
        began = time.perf_counter()
        found = variation(problem.test_data[: self.few], beta.best)
        seconds = time.perf_counter() - began
        note = f"{beta.text('beta')}{by}"
        return rows + self._errors("total variation", [found], seconds=seconds, note=note)

    def _sampled(self, method: str, priors: dict[int, TrainedDiffusion]) -> list[Row]:
        protocol, inverse = sampling_protocol(self.settings), pull_back(self.problem)
        samplers = {
            seed: Sampler(method, prior, self.problem, protocol, self.settings.seed, inverse)
            for seed, prior in priors.items()
        }
        data = self.problem.test_data[: self.few]
        found = [sampler(data, 1, seed)[0] for seed, sampler in samplers.items()]
        first = samplers[self.settings.seed]
        seconds = first.seconds
        if method in _DRAWN:
            self.shown[method] = first(self.free_data, 1, self.settings.seed)[0]
        note = f"one draw; {first.note}"
        return self._errors(method, found, parameters=first.parameters, seconds=seconds, note=note)

    def _learned(self, name: str, runs: list[TrainedNetwork]) -> list[Row]:
        first = runs[0]
        if name in ("EUnet", "Proximal"):
            self.shown[name] = first(self.free_data)
        if name == "EUnet":
            self._save(first.network)
        return self._errors(
            name,
            [one(self.problem.test_data) for one in runs],
            parameters=first.parameters,
            seconds=float(np.mean([one.record.seconds for one in runs])),
            note=f"{first.note}; {begins(name, first.network)}",
        )

    def _save(self, network: nn.Module) -> None:
        """Write EUnet's weights, with what makes the operator and the whitening."""
        if isinstance(network, EUnet):
            network.save(self.settings.folder / f"EUnet-s{self.problem.scale:g}.safetensors")

    def _errors(self, method: str, found: list[Array], **fields: Any) -> list[Row]:
        """NMSE and PSNR over the seeds: of all test pictures, and of the few that the slow methods see."""
        test, case = self.problem.test, self.problem.case
        measures: dict[str, Callable[[Array, Array], float]] = {"NMSE": nmse, "PSNR in dB": psnr}
        counts = [self.few] if len(found[0]) < len(test) else [len(test), self.few]
        rows = []
        for count in counts:
            where = "" if count == len(test) else f", first {count} test pictures"
            for metric, measure in measures.items():
                values = [measure(one[:count], test[:count]) for one in found]
                paper = PAPER.get(method, {}).get(self.problem.scale) if metric == "NMSE" else None
                rows.append(
                    self.settings.row(
                        case=case, method=method, metric=metric + where, **over_seeds(values), paper=paper, **fields
                    )
                )
        return rows


def _shown(size: int) -> FreePictures:
    """Two pictures, with which a figure stays small enough to be kept with the code."""
    free = free_pictures(size)
    return FreePictures(free.names[:2], free.licences[:2], free.images[:2])


def _origin(read: Pictures, free: FreePictures) -> dict[str, str]:
    rows, columns = read.test.shape[2:]
    licences = ", ".join(f"{name}: {licence}" for name, licence in zip(free.names, free.licences, strict=True))
    return {
        "dataset": f"{read.name}; {rows} x {columns} pixels, {len(read.train)} pictures to train with, "
        f"{len(read.validation)} to choose by, {len(read.test)} to test with",
        "operator": "Blur, exp(-r/s) of unit sum, reflective boundary",
        "noise": "1 % of mean |d|, per picture",
        "networks": "all see whitened data, (A A' + damping)^(-1/2) (d - mean colour), the damping chosen on "
        f"validation pictures, unless their name says otherwise; squared loss; {PROTOCOL}, at s = {MIDDLE:g} for every "
        "s but in the preset full; products of half precision in cpu",
        "paper": "Table 2, of STL-10, with 300 epochs, Adam and the loss |f(b) - x|; the lines above and the notes say "
        "what differs here",
        "pictures shown": f"{licences}; none of them is trained with" if read.train.shape[-1] > 24 else licences,
    }
