"""Imitation of a GPU: the project's CUDA sources compiled by g++ and run on the CPU, one thread after another."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geoinv.operators.cuda import Runner, Source

HEADER = Path(__file__).parent / "cuda_on_cpu" / "cuda_on_cpu.hpp"
ORDERS = (0, 1, 2, 7)
"""Orders in which the threads of a block go on after a barrier: ascending, descending, shuffled."""

FOLDER = tempfile.TemporaryDirectory(prefix="cuda_on_cpu_")

COMPILER = shutil.which(os.environ.get("CXX", "g++"))
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no g++ to run the CUDA sources on the CPU with")


class EmulatedGpu(Runner):
    """Runs kernels on the CPU, on NumPy arrays.

    Attributes
    ----------
    order : int
        One of :data:`ORDERS`.
    flags : tuple of str
        Further arguments of the compiler.
    """

    library = np

    def __init__(self, order: int = 0, flags: tuple[str, ...] = ()) -> None:
        self.order, self.flags = order, flags

    def _launch(self, source: Source, kernel: str, blocks: int, arguments: list[Any]) -> None:
        compiled = compiled_for_cpu(source, self.flags)
        run = getattr(compiled, f"{kernel}_run")
        held = [np.array(a.ctypes.data if isinstance(a, np.ndarray) else a) for a in arguments]
        pointers = (ctypes.c_void_p * len(held))(*(h.ctypes.data for h in held))
        if run(ctypes.c_uint(blocks), ctypes.c_uint(source.tile), self.order, pointers):
            raise RuntimeError(f"the threads of a block of {kernel} part at a barrier")


def declared_letters(source: Source, kernel: str) -> str:
    """Types of a kernel's arguments as the launch checks them, in the letters of the header."""
    letters = {"float32": "f", "float64": "d", "int32": "i", "int64": "l", "complex64": "g", "complex128": "e"}
    found = [(letters[one.dtype.name], one.is_array) for one in source.kernels[kernel]]
    return "".join(letter.upper() if is_array else letter for letter, is_array in found)


@cache
def compiled_for_cpu(source: Source, flags: tuple[str, ...] = ()) -> ctypes.CDLL:
    """Shared library of a source's kernels."""
    exports = "\n".join(f"EXPORT({kernel})" for kernel in source.kernels)
    text = f'#include "{HEADER}"\n{source.text}\n{exports}\n'
    options = ["-std=c++17", "-O1", "-shared", "-fPIC", *flags, *(f"-D{k}={v}" for k, v in source.constants)]
    name = hashlib.sha256("\n".join([text, *options]).encode()).hexdigest()[:16]
    path = Path(FOLDER.name) / f"{Path(source.file).stem}_{name}.so"
    assert COMPILER is not None
    command = [COMPILER, *options, "-x", "c++", "-", "-o", str(path)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    library = ctypes.CDLL(str(path))
    for kernel in source.kernels:
        getattr(library, f"{kernel}_letters").restype = ctypes.c_char_p
    return library
