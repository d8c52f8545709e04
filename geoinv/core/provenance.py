"""What a result was made with, in words that a file can keep: no addresses, no arrays, no objects."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["checksum", "described"]

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_PLAIN = re.compile(r"^<\S+ object at 0x[0-9a-fA-F]+>$")


def checksum(*arrays: npt.ArrayLike) -> str:
    """SHA-256 of the bytes of arrays, one after another, in C order.

    Examples
    --------
    >>> checksum(np.zeros((2, 3)))[:16], checksum([0.0, 0.0], np.zeros(4))[:16]
    ('17b0761f87b081d5', '17b0761f87b081d5')
    """
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def described(value: Any) -> Any:
    """Number, text or None that says what an argument was.

    Numbers, texts and None stay; an array becomes its shape, type and checksum; settings in a dataclass become its
    name with the public ones; anything else its own words, or its class where it has none.

    Examples
    --------
    >>> described(np.float64(2.0)), described(np.zeros((2, 3)))
    (2.0, 'array of shape (2, 3), float64, sha256 17b0761f87b081d5')
    >>> described(described), described(object())
    ('geoinv.core.provenance.described', 'object')
    """
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)) and not any(isinstance(part, (list, tuple, np.ndarray)) for part in value):
        return [described(part) for part in value]
    if isinstance(value, (list, tuple, np.ndarray)) or type(value).__module__.partition(".")[0] == "xarray":
        try:
            array = np.asarray(value)
        except ValueError:  # rows of different lengths
            return [described(part) for part in value]
        if array.dtype == object:  # regularizers with their factors: addresses say nothing
            return [described(part) for part in value]
        if array.ndim == 0:
            return array.item()
        return f"array of shape {array.shape}, {array.dtype}, sha256 {checksum(array)[:16]}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = [field.name for field in dataclasses.fields(value) if field.repr and not field.name.startswith("_")]
        return f"{type(value).__name__}({', '.join(f'{name}={described(getattr(value, name))}' for name in shown)})"
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    text = repr(value)
    return type(value).__qualname__ if _PLAIN.search(text) else _ADDRESS.sub("", text)
