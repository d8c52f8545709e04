"""Weights, checkpoints, settings, arrays and digits spoilt at random, and what their readers make of each.

As in ``mutated_surveys.py``, ``spoilt(name, seed)`` is the content of a file and ``outcome(path)`` is "right",
"refused" or what went wrong.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mutations import MUTATORS

from geoinv import InputError
from geoinv.datasets.mnist import read_idx
from geoinv.learned import EUnet, LearnedPotential, OPTEnet, load
from geoinv.learned.configuration.model_files import read_npy
from geoinv.learned.priors.diffusion import Diffusion
from geoinv.learned.training.configuration import EXAMPLE, read_configuration
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import MagneticSection

__all__ = ["ORIGINALS", "outcome", "spoilt"]

OPERATOR = MagneticSection((3, 4))
MODELS = np.random.default_rng(1).random((16, 3, 4))
DATA = torch.from_numpy(OPERATOR(MODELS[:2])).float()
ARRAY = np.arange(12.0).reshape(3, 4)
SETTINGS = TrainingSettings(epochs=1, batch=8, device="cpu")


def _optenet() -> OPTEnet:
    return OPTEnet(OPERATOR, embedding=2, layers=1, potential_layers=1, dense=True)


def _resumed(folder: Path) -> OPTEnet:
    network = _optenet()
    fit(network, OPERATOR, MODELS, MODELS, SETTINGS, folder, resume=True)
    return network


def _written(name: str) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, name)
        match name:
            case "network.safetensors":
                EUnet(OPERATOR, embedding=2, layers=2, potential_layers=1, dense=True).save(path)
            case "potential.safetensors":
                LearnedPotential.from_network(_optenet()).save(path)
            case "diffusion.safetensors":
                Diffusion((4,), steps=3, width=4, depth=1).save(path)
            case "checkpoint.safetensors":
                _resumed(path.parent)
            case "models.npy":
                np.save(path, ARRAY)
            case "digits.idx":
                path.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2]) + bytes(range(8)))
            case "run.toml":
                path.write_text(EXAMPLE.replace("[16, 16]", "[4, 4]"), encoding="utf-8")
        return path.read_bytes()


def _network(path: Path) -> bool:
    network = load(path)
    # finite weights may still be so large that what they give is not
    with torch.no_grad(), np.errstate(all="ignore"):
        return network(DATA).shape == (2, 3, 4) and _finite(network)


def _potential(path: Path) -> bool:
    return bool(np.isfinite(LearnedPotential.load(path).value(np.zeros(2))))


def _array(path: Path) -> bool:
    found = read_npy(path)
    return found.dtype.kind in "fiub" and found.dtype.isnative and found.nbytes == ARRAY.nbytes


def _digits(path: Path) -> bool:
    found = read_idx(path)
    return found.size == path.stat().st_size - 4 - 4 * found.ndim


def _finite(network: torch.nn.Module) -> bool:
    return all(bool(torch.isfinite(values).all()) for values in network.parameters())


ORIGINALS: dict[str, Callable[[Path], bool]] = {
    "network.safetensors": _network,
    "potential.safetensors": _potential,
    "diffusion.safetensors": lambda path: _finite(Diffusion.load(path).denoiser),
    "checkpoint.safetensors": lambda path: _finite(_resumed(path.parent)),
    "models.npy": _array,
    "digits.idx": _digits,
    "run.toml": lambda path: bool(read_configuration(path).make_network()),
}
"""Whether what is read of each kind of file is right."""


@cache
def original(name: str) -> bytes:
    """Content of a good file."""
    return _written(name)


def spoilt(name: str, seed: int) -> bytes:
    """Content of one of :data:`ORIGINALS` with something done to it; equal seeds give equal files."""
    mutate: Callable[[bytes, Any], bytes] = MUTATORS["text" if name == "run.toml" else Path(name).suffix[1:]]
    return mutate(original(name), np.random.default_rng([seed, *name.encode()]))


def outcome(path: Path) -> str:
    """Read a file: "right", "refused", or what is wrong with an object or an exception."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return "right" if ORIGINALS[path.name](path) else "what was read cannot be used"
    except InputError as error:
        text = str(error)
        return "refused" if text and "\n" not in text and len(text) < 1000 else f"no sentence: {text[:200]!r}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
