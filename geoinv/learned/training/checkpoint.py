"""The state of a training between two epochs, in one file: what goes on from it ends at the same weights."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from geoinv.core.checks import InputError, InputWarning, MachineWarning
from geoinv.learned.layers.weights import read_weights, write_weights
from geoinv.learned.training.fingerprint import first_difference, known
from geoinv.learned.training.training_record import TrainingRecord
from geoinv.learned.training.training_settings import ADDED

__all__ = [
    "FILE",
    "Checkpoint",
    "adam_state",
    "broken",
    "check_same_run",
    "read_checkpoint",
    "set_adam_state",
    "write_checkpoint",
]

FILE = "checkpoint.safetensors"
KIND = "training checkpoint"
LONGEST = 80
"""Characters that a sentence shows of what a file says."""
PARTS = ("network", "best", "adam", "average")
OTHERS = {
    "operator values": "an operator of the same name and shapes with other values",
    "operator adjoint": "an operator of the same values with another adjoint",
    "training models": "other training models",
    "validation models": "other validation models",
    "network structure": "a network of other layers",
    "network first weights": "a network with other first weights, such as those of another seed",
    "network first results": "a network of the same weights that gives other results",
}
"""How differences are told whose values say nothing to a reader."""

FIRST = ("network first weights", "network first results")


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
    average : mapping of str to Tensor
        Average of the weights, where the training keeps one.
    """

    run: Mapping[str, Any]
    record: TrainingRecord
    network: Mapping[str, Tensor]
    best: Mapping[str, Tensor]
    adam: Mapping[str, Tensor]
    average: Mapping[str, Tensor]


def write_checkpoint(path: Path, state: Checkpoint) -> None:
    """Write a checkpoint in place of an older one, whole or not at all.

    Raises
    ------
    InputError
        If the disk is full; the older one stays.
    """
    tensors = {f"{part}/{name}": tensor for part in PARTS for name, tensor in getattr(state, part).items()}
    # weights that two names share would be rejected
    copies = {
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()
    }
    made = {"run": dict(state.run), "record": state.record.to_json(), "torch": str(torch.__version__)}
    write_weights(path, KIND, made, copies)


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
        If the file is broken, or of a training with other settings, operator, network or models.
    """
    description, tensors = read_weights(path, KIND)
    try:
        found, record = dict(description["run"]), TrainingRecord.from_json(description["record"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(broken(path, error)) from error
    # as it comes back from a file: lists in place of tuples
    check_same_run(path, found, json.loads(json.dumps(run)))
    version = description.get("torch", torch.__version__)
    if version != torch.__version__:
        warnings.warn(
            f"{path} was written with torch {version} and goes on with {torch.__version__}; the last digits of the "
            "result may be others than those of a training in one piece",
            MachineWarning,
            stacklevel=3,
        )
    parts = {
        part: {name.removeprefix(f"{part}/"): tensor for name, tensor in tensors.items() if name.startswith(f"{part}/")}
        for part in PARTS
    }
    for part in ("network", "best", "average"):
        for name, tensor in parts[part].items():
            if not bool(torch.isfinite(tensor).all()):
                raise InputError(broken(path, ValueError(f"{part} {name} is not finite")))
    return Checkpoint(found, record, **parts)


def _cut(text: str) -> str:
    """Text for a sentence: a forged file may say any length of it."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def check_same_run(path: Path, found: Mapping[str, Any], run: Mapping[str, Any]) -> None:
    """Reject to go on with another training than a file is of.

    Parameters
    ----------
    path : Path
        The file.
    found, run : mapping
        What the training of the file is, and what the present one is.

    Raises
    ------
    InputError
        If they differ, or the file does not say enough to tell.
    """
    settings = found.get("settings")
    if isinstance(settings, Mapping):
        found = {**found, "settings": {**ADDED, **settings}}
    difference = first_difference(found, run)
    if difference is None:
        return
    place, before, now = difference
    if before is None and not known(found, place):
        raise InputError(
            f"{path} expects to tell the training that it was made by, got a file that does not say its {place}, as "
            "older versions of geoinv wrote them; train anew in another folder"
        )
    got = OTHERS.get(place, f"{_cut(place)} = {_cut(repr(now))} where that had {_cut(repr(before))}")
    if place in FIRST and not run["network"]["seeded"]:
        # its weights are replaced: what comes out is right, but not what this network would have given
        warnings.warn(
            f"{path} goes on, but it was made by {got}; the result is that of the first network",
            InputWarning,
            stacklevel=4,
        )
        return
    raise InputError(
        f"{path} expects the training that it was made by, got {got}; train as before, or in another folder"
    )


def broken(path: Path, error: Exception) -> str:
    """Sentence about a checkpoint whose parts do not fit together."""
    return f"{path} expects a checkpoint as geoinv writes it, got one whose parts do not fit ({error!r}); train anew"


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
