"""Training on models with fresh noise: steps of Adam, the best epoch by validation, exactly resumable."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.core.progress import report
from geoinv.learned.networks.changeable_layers import has_changeable_layers
from geoinv.learned.training.batches import LAYERS, batches_of, held_back
from geoinv.learned.training.checkpoint import (
    FILE,
    Checkpoint,
    adam_state,
    broken,
    read_checkpoint,
    set_adam_state,
    write_checkpoint,
)
from geoinv.learned.training.examples import generator_of
from geoinv.learned.training.fingerprint import network_fingerprint, note_trained, operator_fingerprint
from geoinv.learned.training.losses import loss_of, squared_norms
from geoinv.learned.training.parallel import processes
from geoinv.learned.training.training_record import EpochRecord, TrainingRecord
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.learned.training.weight_average import WeightAverage

__all__ = ["DivergenceError", "fit"]

OPTIMIZERS: dict[str, type[torch.optim.Adam]] = {"Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}

LOOK_EVERY = 32
"""Batches between two looks at the loss of a GPU, as each waits for it; on a CPU every batch is looked at."""


class DivergenceError(InputError):
    """A loss that is not finite, which other settings may avoid."""


def fit(
    network: nn.Module,
    A: LinearOperator | None,
    models: Any,
    validation: Any,
    settings: TrainingSettings,
    folder: str | Path | None = None,
    resume: bool = False,
    callback: Callable[[EpochRecord], None] | None = None,
    checkpoint_seconds: float = 30.0,
) -> TrainingRecord:
    """Train a network to find models from their noisy data.

    The data are A of the models with noise that is drawn anew every epoch; the noise of the
    validation data is drawn once. Or models and data come from a stream, which makes them anew for every
    batch. In the end the network has the weights of the epoch with the smallest validation loss.

    Every random number follows from the seed, the epoch and the batch, so a training that is resumed
    after a kill ends at the same weights, bit by bit, on the same machine. Within a process group of
    torch.distributed each process computes its share of each batch; only the first writes and reports.

    Parameters
    ----------
    network : torch.nn.Module
        Maps data (samples, [channels,] *range_shape) to models; trained in place.
    A : LinearOperator or None
        Makes the data; None where a stream gives them.
    models : (samples, [channels,] *domain_shape) array or tensor, or Stream
        Clean models to train with, or a stream of models with their data
        (:class:`geoinv.learned.training.stream.Stream`), which draws its `samples` in each epoch.
    validation : array or tensor as models, Stream, or int
        To choose the best epoch by; a number is that of samples drawn once from the stream in `models`.
    settings : TrainingSettings
        Loss, rates, epochs, noise and seed.
    folder : str or Path, optional
        Where ``checkpoint.safetensors`` is kept; it must exist. None: nowhere.
    resume : bool, optional
        Go on from the checkpoint in the folder, where there is one.
    callback : callable, optional
        Called with each EpochRecord.
    checkpoint_seconds : float, optional
        Least time between two checkpoints; the last epoch always has one.

    Returns
    -------
    TrainingRecord
        Losses and errors of every epoch.

    Raises
    ------
    InputError
        If models do not fit the operator or are not finite, the settings do not fit the network or
        the models, the checkpoint belongs to another training or would be overwritten, or the disk is full.
    DivergenceError
        If the loss becomes infinite or NaN. As after every error, the last good checkpoint stays and
        the network has the best weights so far.

    Examples
    --------
    >>> from geoinv.algebra.matrices import MatrixOperator
    >>> A, models = MatrixOperator([[2.0]]), torch.linspace(-1.0, 1.0, 64)[:, None]
    >>> network = nn.Linear(1, 1)
    >>> record = fit(network, A, models, models, TrainingSettings(epochs=30, batch=8, learning_rate=0.03, device="cpu"))
    >>> round(network.weight.item(), 1), record.best.validation_error < 1e-3
    (0.5, True)
    """
    training = _Training(network, A, models, validation, settings)
    path = None if folder is None else Path(folder) / FILE
    if path is not None and path.exists():
        if not resume:
            raise InputError(
                f"{path} expects to be continued, got a training from the start; resume it, "
                "or remove it or choose another folder to train anew"
            )
        training.restore(path)
    first = len(training.record.epochs) + 1
    written = time.monotonic()
    with torch.random.fork_rng([training.device] if training.device.type == "cuda" else []):
        try:
            for epoch in range(first, settings.epochs + 1):
                done = training.epoch(epoch, (epoch - first, settings.epochs + 1 - first))
                due = epoch == settings.epochs or time.monotonic() - written >= checkpoint_seconds
                if path is not None and due and training.processes.writes:
                    write_checkpoint(path, training.state())
                    written = time.monotonic()
                if callback is not None:
                    callback(done)
        finally:
            training.take_best()
            note_trained(network, training.run["network"])
    return training.record


class _Training:
    """A network, its optimizer and its models between two epochs."""

    def __init__(
        self, network: nn.Module, A: LinearOperator | None, models: Any, validation: Any, settings: TrainingSettings
    ) -> None:
        self.settings, self.record, self.processes = settings, TrainingRecord(), processes()
        _check_layers(network, settings)
        self.device = self.processes.device(settings.device)
        self.look_every = 1 if self.device.type == "cpu" else LOOK_EVERY
        self.network: Any = network.to(self.device)
        self.module = self.processes.wrapped(self.network, self.device)
        self.loss = loss_of(settings, A)
        self.names = [name for name, _ in network.named_parameters()]
        self.optimizer = OPTIMIZERS[settings.optimizer](
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
        )
        self.average = None if settings.average is None else WeightAverage(self.network, settings.average)
        dtype = next(network.parameters()).dtype
        self.batches = batches_of(A, models, settings, dtype, self.device)
        self.steps = math.ceil(self.batches.samples / settings.batch)
        settings.check_steps(self.steps)
        self.validation = held_back(A, models, validation, settings, dtype, self.device)
        self.best: dict[str, Tensor] = {}
        self.run: dict[str, Any] = {
            "settings": settings.decisive(),
            "operator": "none" if A is None else operator_fingerprint(A),
            "training models": self.batches.checksum,
            "validation models": self.validation.checksum,
            "network": network_fingerprint(self.network, self.validation.data[:1]),
        }

    def epoch(self, number: int, done: tuple[int, int]) -> EpochRecord:
        """Pass over the training models once, then look at the validation models."""
        began = time.perf_counter()
        torch.manual_seed((self.settings.seed * 1_000_003 + number) % 2**63)  # of layers that draw, such as dropout
        train = self._train(number, done)
        with nullcontext() if self.average is None else self.average.in_place():
            validation = self._validate()
            if not math.isfinite(validation[0]):
                raise DivergenceError(_not_finite(f"the validation of epoch {number}", validation[0]))
            rate = self.optimizer.param_groups[0]["lr"]
            result = EpochRecord(number, *train, *validation, rate, time.perf_counter() - began)
            self.record.epochs.append(result)
            if self.record.best is result:
                self.best = {name: tensor.detach().clone() for name, tensor in self.network.state_dict().items()}
        return result

    def _train(self, number: int, done: tuple[int, int]) -> tuple[float, float]:
        """Loss and NMSE of an epoch of steps."""
        self.network.train()
        size = self.processes.size
        losses, sums = torch.zeros(self.steps, device=self.device), torch.zeros(2, device=self.device)
        counts = torch.zeros(self.steps, dtype=torch.int64, device=self.device)
        for step, (models, data) in enumerate(self.batches.epoch(number)):
            # all processes draw the whole batch: the result does not depend on their count
            count = len(data)
            share = self.processes.share(count)
            # a process without a sample still takes part in the sum of gradients
            part, weight = (share, 1.0) if share.stop > share.start else (slice(0, 1), 0.0)
            models, data = models[part], data[part]
            with self._drawn_layers(number, step):
                found = self._found(self.module, data)
            each = weight * self.loss(found, models, data)
            self.optimizer.zero_grad()
            # gradients are averaged over the processes
            torch.autograd.backward(each.sum() * (size / count))
            self._move(number, step)
            losses[step], counts[step] = each.detach().sum() / count, count
            sums += weight * torch.stack([squared_norms(found.detach() - models).sum(), squared_norms(models).sum()])
            if (step + 1) % self.look_every == 0 or step + 1 == self.steps:
                self._look(losses, number, step, done)
        total = self.processes.total(torch.cat([(losses * counts).sum()[None], sums])).tolist()
        return total[0] / self.batches.samples, _ratio(total[1], total[2])

    def _move(self, number: int, step: int) -> None:
        """One step of the optimizer along the gradients."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate_of(number, step, self.steps)
        if self.settings.clip is not None:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip)
        self.optimizer.step()
        if self.average is not None:
            self.average.update((number - 1) * self.steps + step)

    def _drawn_layers(self, number: int, step: int) -> AbstractContextManager[None]:
        """Number of layers of a batch, for its time."""
        choices = self.settings.layers
        if choices is None:
            return nullcontext()
        drawn = torch.randint(len(choices), (), generator=generator_of("cpu", self.settings.seed, LAYERS, number, step))
        taken: AbstractContextManager[None] = self.network.taking(choices[int(drawn)])
        return taken

    def _look(self, losses: Tensor, number: int, step: int, done: tuple[int, int]) -> None:
        """Reject a loss that is not finite, else report it."""
        first = step // self.look_every * self.look_every
        values = self.processes.total(losses[first : step + 1])
        bad = ~torch.isfinite(values)
        if bad.any():
            batch = int(bad.int().argmax())
            raise DivergenceError(_not_finite(f"batch {first + batch + 1} of epoch {number}", float(values[batch])))
        share = (step + 1) / len(losses)
        text = f"training, epoch {number} of {self.settings.epochs}, loss {float(values[-1]):.4g}"
        if self.processes.writes:
            report(text, done[0] + share, done[1])

    @torch.no_grad()
    def _validate(self) -> tuple[float, float]:
        """Loss and NMSE of the validation models."""
        self.network.eval()
        mine = self.processes.share(len(self.validation.data))
        sums = torch.zeros(3, dtype=torch.float64, device=self.device)
        for start in range(mine.start, mine.stop, self.settings.batch):
            rows = slice(start, min(start + self.settings.batch, mine.stop))
            data, models = self.validation.data[rows], self.validation.models[rows]
            found = self._found(self.network, data)
            each = (self.loss(found, models, data), squared_norms(found - models), squared_norms(models))
            sums += torch.stack([values.sum() for values in each])
        total = self.processes.total(sums).tolist()
        return total[0] / len(self.validation.data), _ratio(total[1], total[2])

    def _found(self, module: nn.Module, data: Tensor) -> Tensor:
        """Reconstructions, in the precision of the data whatever that of the network's products."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.precision == "bfloat16"):
            found: Tensor = module(data)
        return found.to(data.dtype)

    def state(self) -> Checkpoint:
        """State to go on from."""
        average = {} if self.average is None else self.average.weights
        adam = adam_state(self.optimizer, self.names)
        return Checkpoint(self.run, self.record, self.network.state_dict(), self.best, adam, average)

    def restore(self, path: Path) -> None:
        """Go back to the state of a checkpoint."""
        state = read_checkpoint(path, self.run)
        try:
            self.network.load_state_dict(dict(state.network))
            set_adam_state(self.optimizer, self.names, state.adam)
            if self.average is not None:
                self.average.restore(state.average)
        except (KeyError, RuntimeError, ValueError) as error:
            raise InputError(broken(path, error)) from error
        self.best = {name: tensor.to(self.device) for name, tensor in state.best.items()}
        self.record = state.record

    def take_best(self) -> None:
        """Give the network the weights of the best epoch, once there is one."""
        if self.best:
            self.network.load_state_dict(self.best)
            if has_changeable_layers(self.network):
                self.network.drawn_layers = self.settings.layers or ()


def _check_layers(network: nn.Module, settings: TrainingSettings) -> None:
    """Reject to draw the layers of a network whose layers are what they are."""
    if settings.layers is None:
        return
    if not has_changeable_layers(network):
        raise InputError(
            f"training expects a network whose layers may change, such as EUnet, to draw them from "
            f"{list(settings.layers)}, got {type(network).__name__}; leave layers out of the training's settings"
        )
    with network.taking(max(settings.layers)):
        pass


def _ratio(error: float, size: float) -> float:
    return error / size if size > 0.0 else math.inf


def _not_finite(where: str, value: float) -> str:
    return (
        f"training expects a finite loss, got {value} at {where}; lower the learning rate or clip the gradients "
        "(the last good checkpoint stays)"
    )
