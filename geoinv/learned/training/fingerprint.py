"""What a training depends on, as far as two of them can be told apart: numbers of it, not names only."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError

__all__ = ["first_difference", "known", "network_fingerprint", "note_trained", "operator_fingerprint"]

PROBES = 3
"""Random vectors that something is tried with."""

Sketch = dict[str, Any]
"""Products with random vectors, the size that they are compared by, and the share of it by which they may differ."""

_TRAINED: WeakKeyDictionary[nn.Module, tuple[Sketch, dict[str, Any]]] = WeakKeyDictionary()
"""Networks that were trained in this process: the weights they ended with, and what they were at first."""


def operator_fingerprint(A: LinearOperator) -> dict[str, Any]:
    """Name, shapes and values of an operator.

    The values are products with random vectors, which no other operator has: of ``A`` and, as a network
    may use it, of its adjoint. They may differ by 1e-5 of their size, as on other machines and by other
    engines of the same physics.

    Returns
    -------
    dict
        JSON-able; :func:`first_difference` compares two.
    """
    return {
        "name": A.name,
        "domain": list(A.domain_shape),
        "range": list(A.range_shape),
        "values": _sketch(_tried(A, A.domain_shape, A.range_shape), 1e-5),
        "adjoint": _adjoint_sketch(A),
    }


def _tried(A: Any, domain: tuple[int, ...], range_: tuple[int, ...]) -> list[tuple[npt.NDArray[Any], ...]]:
    """A of random models, each with a random vector of data."""
    random = np.random.default_rng(1)
    models = [_normal(random, domain) for _ in range(PROBES)]
    return [(A(model), _normal(random, range_)) for model in models]


def _adjoint_sketch(A: LinearOperator) -> Sketch | None:
    """Sketch of the adjoint; None of an operator that has none, with which some networks can be trained."""
    try:
        return _sketch(_tried(A.T, A.range_shape, A.domain_shape), 1e-5)
    except (NotImplementedError, InputError):
        return None


def network_fingerprint(network: nn.Module, data: Tensor) -> dict[str, Any]:
    """Name, settings, layers, first weights and first results of a network.

    Of a network that was trained in this process before, they are those that it had at first.

    Parameters
    ----------
    network : torch.nn.Module
        On the device of the data.
    data : tensor
        A sample of data, on which it is tried.

    Returns
    -------
    dict
        JSON-able; ``seeded`` tells whether the first weights follow from settings and a seed, so that
        other ones are another training.
    """
    weights = _weights_sketch(network)
    if network in _TRAINED:
        last, first = _TRAINED[network]
        if _same(last, weights):
            return first
    shapes = {name: list(tensor.shape) for name, tensor in network.state_dict().items()}
    settings = getattr(network, "settings", None)
    entries = settings if isinstance(settings, Mapping) else {}
    # addresses of objects in memory are others in every process
    layers = re.sub(r"0x[0-9a-fA-F]+", "", repr(network))
    return {
        "name": type(network).__name__,
        **entries,
        "structure": _digest(layers, json.dumps(shapes)),
        "seeded": isinstance(settings, Mapping),
        "first weights": weights,
        "first results": _results_sketch(network, data),
    }


def note_trained(network: nn.Module, first: Mapping[str, Any]) -> None:
    """Remember what a network was before it was trained."""
    _TRAINED[network] = (_weights_sketch(network), dict(first))


def first_difference(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, Any, Any] | None:
    """First entry in which two trainings differ, or entry of its entries: its name, and both values.

    A sketch that differs has no value that a reader could compare: both are then None.

    Examples
    --------
    >>> first_difference({"settings": {"seed": 0, "batch": 7}}, {"settings": {"seed": 0, "batch": 8}})
    ('settings batch', 7, 8)
    """
    one, other = _leaves(found), _leaves(wanted)
    for place, value in other.items():
        if _is_sketch(value):
            if not _same(one.get(place), value):
                return place, None, None
        elif one.get(place) != value:
            return place, one.get(place), value
    return None


def known(run: Mapping[str, Any], place: str) -> bool:
    """Whether a training says an entry at all, which those of older versions may not."""
    return place in _leaves(run)


def _leaves(run: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of a mapping and of those inside it, by name; a sketch is one entry."""
    flat: dict[str, Any] = {}
    for name, value in run.items():
        if isinstance(value, Mapping) and value and not _is_sketch(value):
            flat |= {f"{name} {key}": entry for key, entry in value.items()}
        else:
            flat[name] = value
    return flat


def _sketch(pairs: Iterable[tuple[npt.NDArray[Any], ...]], tolerance: float) -> Sketch:
    """Products of arrays with random ones."""
    products, sizes = [], []
    for values, random in pairs:
        values = np.asarray(values, np.float64)
        products.append(float(np.vdot(values, random)))
        sizes.append(float(np.linalg.norm(values)))
    return {"products": products, "size": max(sizes, default=0.0), "tolerance": tolerance}


def _is_sketch(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"products", "size", "tolerance"}


def _same(one: Any, other: Sketch) -> bool:
    """Whether two sketches may be of the same thing."""
    if not _is_sketch(one):
        return False
    try:
        difference = np.subtract(one["products"], other["products"])
        return bool(np.abs(difference).max(initial=0.0) <= other["tolerance"] * max(one["size"], other["size"]))
    except (TypeError, ValueError):  # a file that was tampered with
        return False


def _weights_sketch(network: nn.Module) -> Sketch:
    weights = [tensor.detach().cpu().to(torch.float64).numpy().ravel() for tensor in network.state_dict().values()]
    everything = np.concatenate(weights) if weights else np.zeros(0)
    random = np.random.default_rng(2)
    return _sketch([(everything, _normal(random, everything.shape)) for _ in range(PROBES)], 1e-6)


@torch.no_grad()
def _results_sketch(network: nn.Module, data: Tensor) -> Sketch:
    training = network.training
    with torch.random.fork_rng([data.device] if data.device.type == "cuda" else []):
        network.eval()
        found = network(data)
        network.train(training)
    values = found.detach().cpu().to(torch.float64).numpy()
    random = np.random.default_rng(3)
    # a GPU may multiply with three digits
    return _sketch([(values, _normal(random, values.shape)) for _ in range(PROBES)], 1e-2)


def _normal(random: np.random.Generator, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    return random.standard_normal(shape)


def _digest(*texts: str) -> str:
    return hashlib.blake2b("\n".join(texts).encode(), digest_size=8).hexdigest()
