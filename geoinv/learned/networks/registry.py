"""The inverse networks by name, and reading them back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.learned.configuration.stored_operator import operator_of
from geoinv.learned.configuration.table_checks import call_with, shown
from geoinv.learned.layers.normalisation import NORMALISATIONS, Normalisation
from geoinv.learned.layers.weights import load_into, read_weights
from geoinv.learned.networks.eunet import EUnet
from geoinv.learned.networks.learned_gradient import LearnedGradient
from geoinv.learned.networks.mode_network import ModeNetwork
from geoinv.learned.networks.optenet import OPTEnet
from geoinv.learned.networks.proximal import Proximal
from geoinv.learned.networks.unrolled import UnrolledNetwork

__all__ = ["NETWORKS", "SHIPPED", "load", "normalisation_of"]

NETWORKS: dict[str, type[UnrolledNetwork]] = {
    "OPTEnet": OPTEnet,
    "EUnet": EUnet,
    "Proximal": Proximal,
    "LearnedGradient": LearnedGradient,
}
"""Every unrolled network that can be trained and loaded."""

_WEIGHTS = Path(__file__).parents[1] / "weights"

SHIPPED = {"blobs3d": _WEIGHTS / "blobs3d.safetensors"}
"""Networks that come with the package, by name; what they are is said in the model cards beside them."""


def load(
    path: str | Path, A: LinearOperator | None = None, dictionary: LinearOperator | None = None
) -> UnrolledNetwork | ModeNetwork:
    """Network of a weights file, for the operator it was trained with.

    Parameters
    ----------
    path : str or Path
        Written by a network's ``save``, or the name of one of :data:`SHIPPED`.
    A : LinearOperator, optional
        The physics; without it, made as the file says, where the file can.
    dictionary : LinearOperator, optional
        The fixed embedding of a network that was built with one.

    Returns
    -------
    UnrolledNetwork or ModeNetwork
        It takes data of A and gives models, in their own units.

    Raises
    ------
    InputError
        If the file is truncated or damaged, holds something else, or the operator is another than it was trained
        with.
    """
    path = SHIPPED.get(str(path), path)
    description, tensors = read_weights(path)
    kind = description["kind"]
    if kind == ModeNetwork.__name__:
        return ModeNetwork.of_file(path, operator_of(path, description, A), description, tensors)
    if kind not in NETWORKS:
        known = ", ".join([*NETWORKS, ModeNetwork.__name__])
        raise InputError(f"{path} expects weights of one of {known}, got those of {kind:.60}")
    settings = description.get("settings")
    if not isinstance(settings, dict):
        raise InputError(f"{path} expects the settings of its {kind}, got a file without them; save it anew")
    settings = {**settings, "normalisation": normalisation_of(path, description, tensors)}
    operator = operator_of(path, description, A)
    if settings.get("embedding") == "dictionary":
        if dictionary is None:
            raise InputError(f"{path} expects the dictionary it was trained with; give load(path, A, dictionary=E)")
        settings["embedding"] = dictionary
    network: UnrolledNetwork = call_with(f"{path} (settings of its {kind})", NETWORKS[kind], settings, operator)
    load_into(path, network, tensors)
    network.drawn_layers = _drawn_layers(path, description)
    return network


def _drawn_layers(path: str | Path, description: Mapping[str, Any]) -> tuple[int, ...]:
    """Numbers of layers that were drawn in training, where a file says so."""
    layers = description.get("drawn_layers", [])
    if not isinstance(layers, list) or not all(type(number) is int and number > 0 for number in layers):
        raise InputError(
            f"{path} expects drawn_layers to be whole numbers above zero, got {shown(layers)}; it is damaged: copy it "
            "again"
        )
    return tuple(layers)


def normalisation_of(
    path: str | Path, description: Mapping[str, Any], tensors: dict[str, Tensor]
) -> Normalisation | None:
    """Units in which the network of a file counts.

    Parameters
    ----------
    path : str or Path
        File, for errors.
    description, tensors
        Its content; what older versions kept of the units is put among the tensors.

    Raises
    ------
    InputError
        If numbers are missing or damaged, or the file is of a version that did not keep them.
    """
    if "centred" in description:
        raise InputError(
            f"{path} expects the mean model that its network counts from, which files of older versions lack; "
            "take the file of this version, or train anew"
        )
    name = description.get("normalisation")
    if name is None and "whitening" in description:
        numbers = description["whitening"]
        name = "Whitened"
        try:
            tensors |= {f"normalisation.{key}": torch.tensor(float(numbers[key])) for key in ("damping", "scale")}
        except (KeyError, TypeError, ValueError):
            raise InputError(
                f"{path} expects damping and scale of its whitening, got {numbers!r:.60}; it is damaged: copy it again"
            ) from None
    if name is None:
        return None
    if not isinstance(name, str) or name not in NORMALISATIONS:
        raise InputError(f"{path} expects the normalisation {' or '.join(NORMALISATIONS)} or none, got {shown(name)}")
    own = {key.removeprefix("normalisation."): t for key, t in tensors.items() if key.startswith("normalisation.")}
    try:
        return NORMALISATIONS[name].of_tensors(own)
    except KeyError as error:
        raise InputError(f"{path} expects the tensor normalisation.{error.args[0]}, got none; copy it again") from None
    except (InputError, RuntimeError, ValueError) as error:
        raise InputError(f"{path}: {error}") from None
