"""The state of a training between two epochs, in one file: what goes on from it ends at the same weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from geoinv.checks import InputError
from geoinv.learned.training_record import TrainingRecord
from geoinv.learned.weights import read_weights, write_weights

__all__ = ["FILE", "Checkpoint", "adam_state", "read_checkpoint", "set_adam_state", "write_checkpoint"]

FILE = "checkpoint.safetensors"
KIND = "training checkpoint"
PARTS = ("network", "best", "adam")


@dataclass(frozen=True)
class Checkpoint:
    """State of a training after an epoch.

    Parameters
    ----------
    run : mapping
        What the training is: settings, network and checksums of its models; JSON-able.
    record : TrainingRecord
        Epochs so far.
    network, best : mapping of str to Tensor
        Weights now, and those of the best epoch.
    adam : mapping of str to Tensor
        State of the optimizer, as :func:`adam_state` gives it.
    """

    run: Mapping[str, Any]
    record: TrainingRecord
    network: Mapping[str, Tensor]
    best: Mapping[str, Tensor]
    adam: Mapping[str, Tensor]


def write_checkpoint(path: Path, state: Checkpoint) -> None:
    """Write a checkpoint in place of an older one, whole or not at all.

    Raises
    ------
    InputError
        If the disk is full; the older one stays.
    """
    tensors = {f"{part}/{name}": tensor for part in PARTS for name, tensor in getattr(state, part).items()}
    # weights that two names share would be refused
    copies = {
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()
    }
    write_weights(path, KIND, {"run": dict(state.run), "record": state.record.to_json()}, copies)


def read_checkpoint(path: Path, run: Mapping[str, Any]) -> Checkpoint:
    """Read a checkpoint of the same training.

    Parameters
    ----------
    path : Path
        The file.
    run : mapping
        What the training is.

    Raises
    ------
    InputError
        If the file is broken, or of a training with other settings, network or models.
    """
    description, tensors = read_weights(path, KIND)
    for place, wanted in _leaves(run).items():
        found = _leaves(description["run"]).get(place)
        if found != wanted:
            raise InputError(
                f"{path} expects the training that it was made by, got {place} = {wanted!r} where that had {found!r}; "
                "train as before, or in another folder"
            )
    parts = {
        part: {name.removeprefix(f"{part}/"): tensor for name, tensor in tensors.items() if name.startswith(f"{part}/")}
        for part in PARTS
    }
    return Checkpoint(description["run"], TrainingRecord.from_json(description["record"]), **parts)


def adam_state(optimizer: torch.optim.Optimizer, names: Iterable[str]) -> dict[str, Tensor]:
    """State of an optimizer as named tensors.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        Of one group of parameters.
    names : iterable of str
        Those of the parameters, in the order in which the optimizer got them.
    """
    state, names = optimizer.state_dict()["state"], list(names)
    return {f"{names[i]}/{key}": tensor for i, entries in state.items() for key, tensor in entries.items()}


def set_adam_state(optimizer: torch.optim.Optimizer, names: Iterable[str], tensors: Mapping[str, Tensor]) -> None:
    """Put what :func:`adam_state` gave into a fresh optimizer of the same parameters."""
    numbers = {name: number for number, name in enumerate(names)}
    state: dict[int, dict[str, Tensor]] = {}
    for path, tensor in tensors.items():
        name, _, key = path.rpartition("/")
        state.setdefault(numbers[name], {})[key] = tensor
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def _leaves(run: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of a mapping and of those inside it, by name."""
    flat: dict[str, Any] = {}
    for name, value in run.items():
        inner = value if isinstance(value, Mapping) else {}
        flat |= {f"{name} {key}": entry for key, entry in inner.items()} if inner else {name: value}
    return flat
