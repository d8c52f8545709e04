"""The inverse networks by name, and reading them back."""

from __future__ import annotations

from pathlib import Path

from geoinv.checks import InputError, shape_text
from geoinv.learned.eunet import EUnet
from geoinv.learned.learned_gradient import LearnedGradient
from geoinv.learned.optenet import OPTEnet
from geoinv.learned.proximal import Proximal
from geoinv.learned.unrolled import UnrolledNetwork
from geoinv.learned.weights import load_into, read_weights
from geoinv.linop import LinearOperator

__all__ = ["NETWORKS", "load"]

NETWORKS: dict[str, type[UnrolledNetwork]] = {
    "OPTEnet": OPTEnet,
    "EUnet": EUnet,
    "Proximal": Proximal,
    "LearnedGradient": LearnedGradient,
}
"""Every network that can be trained and loaded."""


def load(path: str | Path, A: LinearOperator, dictionary: LinearOperator | None = None) -> UnrolledNetwork:
    """Network of a weights file, for the operator it was trained with.

    Parameters
    ----------
    path : str or Path
        Written by a network's ``save``.
    A : LinearOperator
        The physics, which is not in the file.
    dictionary : LinearOperator, optional
        The fixed embedding of a network that was built with one.

    Raises
    ------
    InputError
        If the file is truncated, holds something else, or the operator's shapes are others.
    """
    description, tensors = read_weights(path)
    kind = description["kind"]
    if kind not in NETWORKS:
        raise InputError(f"{path} expects weights of one of {', '.join(NETWORKS)}, got those of {kind}")
    try:
        domain, data = tuple(description["domain_shape"]), tuple(description["range_shape"])
        settings = dict(description["settings"])
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path} expects the settings of its {kind}, got a file without them; save it anew") from None
    if (domain, data) != (tuple(A.domain_shape), tuple(A.range_shape)):
        raise InputError(
            f"{path} expects an operator from {shape_text(domain)} to {shape_text(data)}, as it was trained with, "
            f"got {A.name} from {shape_text(A.domain_shape)} to {shape_text(A.range_shape)}"
        )
    if settings.get("embedding") == "dictionary":
        if dictionary is None:
            raise InputError(f"{path} expects the dictionary it was trained with; give load(path, A, dictionary=E)")
        settings["embedding"] = dictionary
    try:
        network = NETWORKS[kind](A, **settings)
    except TypeError as error:
        raise InputError(f"{path} expects settings of {kind} that this version knows, got '{error}'") from None
    load_into(path, network, tensors)
    return network
