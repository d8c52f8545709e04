"""Weights on disk: safetensors with their description inside; nothing is unpickled."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn

from geoinv.core.checks import InputError, shape_text
from geoinv.core.memory import require_memory
from geoinv.core.version import __version__
from geoinv.formats.atomic import whole_file
from geoinv.formats.budget import refuse_special

__all__ = ["load_into", "read_weights", "write_weights"]


def write_weights(path: str | Path, kind: str, description: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Write tensors and what they are, whole or not at all.

    Parameters
    ----------
    path : str or Path
        File to write, usually ``*.safetensors``.
    kind : str
        What the file holds, such as ``"EUnet"``.
    description : mapping
        Settings that make the owner of the tensors again; kept as JSON in the file's header.
    tensors : mapping of str to Tensor
        The weights.

    Raises
    ------
    InputError
        If the file cannot be written, or the disk is full.
    """
    header = json.dumps({"kind": kind, "version": __version__, "description": dict(description)})
    content = save({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, {"geoinv": header})
    with whole_file(path) as partial:
        partial.write_bytes(content)


def read_weights(path: str | Path, kind: str | None = None) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Read a description and its tensors.

    Parameters
    ----------
    path : str or Path
        A file of :func:`write_weights`.
    kind : str, optional
        What it must hold; without it the description gets an entry ``kind``.

    Raises
    ------
    InputError
        If there is no such file, it is truncated or not from geoinv, or holds something else.
    """
    _check_size(path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise InputError(
            f"{path} expects a weights file that can be read, got '{error.strerror or error}'; check the name"
        ) from None
    # what the library says of a type that torch lacks, or of a name with a null byte, is none of its own errors
    except Exception as error:
        raise InputError(
            f"{path} expects a whole safetensors file, got '{_one_line(error)}'; it is truncated or of another format: "
            "copy it again or train anew"
        ) from None
    try:
        header = json.loads(metadata["geoinv"])
        found, description = header["kind"], dict(header["description"])
        if not isinstance(found, str):
            raise TypeError
    # nested too deep, or numbers of thousands of digits
    except (KeyError, TypeError, ValueError, RecursionError):
        raise InputError(
            f"{path} expects weights written by geoinv, got a safetensors file without geoinv's description; "
            "give a file that geoinv saved"
        ) from None
    if kind is None:
        return {"kind": found, **description}, tensors
    if found != kind:
        raise InputError(f"{path} expects weights of {kind}, got those of {found:.60}; give the file of the {kind}")
    return description, tensors


def _check_size(path: str | Path) -> None:
    """Reject a pipe, and a file that memory cannot hold; what is not there is rejected where it is opened."""
    try:
        refuse_special(path)
        size = os.stat(path).st_size
    except InputError:
        raise
    except (OSError, ValueError):
        return
    require_memory(str(path), "its tensors", float(size), "use a machine with more memory")


def _one_line(error: Exception) -> str:
    return f"{error}".partition("\n")[0][:120] or type(error).__name__


def load_into(path: str | Path, module: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Copy tensors into a module that was built from the file's description.

    Raises
    ------
    InputError
        If a tensor is missing, too many or of another shape or kind, or a number is not finite.
    """
    own = module.state_dict()
    for name in sorted({*own, *tensors}):
        if name not in own or name not in tensors:
            raise InputError(
                f"{path} expects the tensors of {type(module).__name__}, got a file "
                f"{'with' if name in tensors else 'without'} {name!r}; it is of another architecture"
            )
        if own[name].shape != tensors[name].shape:
            raise InputError(
                f"{path} expects {name} of shape {shape_text(own[name].shape)}, got "
                f"{shape_text(tensors[name].shape)}; it is of another architecture or for another operator"
            )
        if own[name].is_floating_point() != tensors[name].is_floating_point():
            raise InputError(f"{path} expects {name} of {own[name].dtype}, got {tensors[name].dtype}; copy it again")
        # as the module will have it: a number of double precision may be too large
        kept = tensors[name].to(own[name].dtype)
        bad = int((~torch.isfinite(kept)).sum())
        if bad:
            raise InputError(
                f"{path} expects finite weights, got {bad} of {kept.numel()} in {name} that are not; it is damaged or "
                "of a training that failed: copy it again or train anew"
            )
    module.load_state_dict(dict(tensors))
