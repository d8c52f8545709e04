"""CUDA kernels: their sources, the check of what they are called with, and the launch through CuPy.

A source is written once: CuPy compiles and runs it on a GPU, and the tests compile it with NVRTC and run it on the
CPU. Whatever runs kernels is a :class:`Runner`, so that everything round a kernel is the same in each place.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from geoinv.core.backend import require_gpu
from geoinv.core.checks import InputError

__all__ = ["Argument", "Cupy", "Runner", "Source", "blocks_of", "on_gpu", "real_source"]

TYPES = {
    "float": np.float32,
    "double": np.float64,
    "int": np.int32,
    "int64": np.int64,
    "float2": np.complex64,
    "double2": np.complex128,
}
"""What NumPy calls the types of the kernels' arguments."""


@dataclass(frozen=True)
class Argument:
    """Argument of a kernel as its source declares it."""

    name: str
    dtype: np.dtype[Any]
    is_array: bool

    def checked(self, kernel: str, value: Any, library: Any) -> Any:
        """Return the value as the kernel takes it.

        Raises
        ------
        TypeError
            If an array is of another library or type or not contiguous, or a number is not of the argument's kind:
            the GPU would read whatever bits it was given.
        """
        if not self.is_array:
            kinds = (int, np.integer) if self.dtype.kind == "i" else (float, np.floating)
            if isinstance(value, bool) or not isinstance(value, kinds):
                raise TypeError(f"{kernel} expects {self.name} to be {self.dtype}, got {type(value).__name__}")
            return self.dtype.type(value)
        if not isinstance(value, library.ndarray):
            raise TypeError(
                f"{kernel} expects {self.name} to be a {library.__name__} array, got {type(value).__name__}"
            )
        if value.dtype != self.dtype or not value.flags.c_contiguous:
            order = "" if value.flags.c_contiguous else ", not contiguous"
            raise TypeError(f"{kernel} expects {self.name} of type {self.dtype}, contiguous, got {value.dtype}{order}")
        return value


@dataclass(frozen=True)
class Source:
    """One ``.cu`` file of the operators, with the constants it is compiled with.

    Attributes
    ----------
    file : str
        Path of the file within ``operators/``.
    constants : tuple of (str, str or int)
        Macros; ``TILE`` is the number of threads of a block, ``real`` the type of the numbers.
    """

    file: str
    constants: tuple[tuple[str, str | int], ...]

    @property
    def tile(self) -> int:
        """Threads of a block."""
        return int(dict(self.constants)["TILE"])

    @property
    def options(self) -> tuple[str, ...]:
        """Arguments of the compiler."""
        return ("--std=c++17", *(f"-D{name}={value}" for name, value in self.constants))

    @property
    def text(self) -> str:
        """The file with the files that it includes in their places: a compiler's cache then sees every change."""
        return _text(self.file)

    @property
    def kernels(self) -> dict[str, tuple[Argument, ...]]:
        """Arguments of each kernel of the file."""
        found = re.findall(r'extern "C" __global__ void (\w+)\(([^)]*)\)', self.text)
        return {name: tuple(self._argument(text) for text in arguments.split(",")) for name, arguments in found}

    def _argument(self, text: str) -> Argument:
        kind, star, name = re.fullmatch(r"(?:const )?(\w+)\s*(\*?)\s*(\w+)", text.strip()).groups()  # type: ignore[union-attr]
        name_of_type = str(dict(self.constants).get(kind, kind))
        return Argument(name, np.dtype(TYPES[name_of_type]), bool(star))


def real_source(file: str, dtype: np.dtype[Any], **constants: int | str) -> Source:
    """Source whose type ``real`` is float or double; blocks of 128 threads unless ``TILE`` is given."""
    real = "float" if dtype == np.float32 else "double"
    return Source(file, (("real", real), *{"TILE": 128, **constants}.items()))


@cache
def _text(file: str) -> str:
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    beside = Path(file).parent
    return re.sub(r'^#include "(\w+\.cuh)"$', lambda match: _text(f"{beside / match[1]}"), text, flags=re.MULTILINE)


class Runner(ABC):
    """What runs kernels: a GPU, or the tests' imitation of one.

    Attributes
    ----------
    library : module
        CuPy, or NumPy in the imitation.
    """

    library: Any

    def run(self, source: Source, kernel: str, blocks: int, *arguments: Any) -> None:
        """Run a kernel, with ``source.tile`` threads a block.

        Parameters
        ----------
        source : Source
            Where the kernel stands.
        kernel : str
            Its name.
        blocks : int
            How many blocks.
        *arguments
            Contiguous arrays of the runner's library and numbers, as the source declares them.

        Raises
        ------
        TypeError
            If an argument is not of the declared type.
        InputError
            If the compiler cannot be used.
        """
        declared = source.kernels[kernel]
        if len(arguments) != len(declared):
            raise TypeError(f"{kernel} expects {len(declared)} arguments, got {len(arguments)}")
        checked = [one.checked(kernel, value, self.library) for one, value in zip(declared, arguments, strict=True)]
        if blocks:
            self._launch(source, kernel, blocks, checked)

    @abstractmethod
    def _launch(self, source: Source, kernel: str, blocks: int, arguments: list[Any]) -> None:
        """Run a kernel with arguments that were checked."""


class Cupy(Runner):
    """The current GPU, through CuPy, on its current stream.

    Raises
    ------
    InputError
        If there is no CuPy or no GPU.
    """

    def __init__(self) -> None:
        self.library: ModuleType = require_gpu()

    def __reduce__(self) -> tuple[Any, ...]:
        """The GPU of whoever reads it."""
        return on_gpu, ()

    def _launch(self, source: Source, kernel: str, blocks: int, arguments: list[Any]) -> None:
        _compiled(source).get_function(kernel)((blocks,), (source.tile,), tuple(arguments))


@cache
def _compiled(source: Source) -> Any:
    """Module of a source's kernels."""
    try:
        module = require_gpu().RawModule(code=source.text, options=source.options, backend="nvrtc")
        module.compile()
    except (ImportError, OSError, RuntimeError) as error:
        if "nvrtc" not in str(error).lower():
            raise
        raise InputError(
            f"work on a GPU expects NVRTC, CUDA's compiler, of CuPy's CUDA, got: {error}; "
            "install the extra of this machine's CUDA, geoinv[cuda13] or geoinv[cuda12], which brings it"
        ) from error
    return module


@cache
def on_gpu() -> Runner:
    """What runs kernels on CuPy arrays."""
    return Cupy()


def blocks_of(items: int, size: int) -> int:
    """How many blocks of a size hold all items."""
    return -(-items // size)
