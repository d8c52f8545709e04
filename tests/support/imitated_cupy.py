"""Imitation of CuPy: NumPy arrays that say they are CuPy's, with kernels run by :mod:`emulated_gpu`."""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import scipy.fft
from emulated_gpu import EmulatedGpu

from geoinv.operators import cuda


class Device:
    """The only GPU there is."""

    id = 0

    def __init__(self, number: int | None = 0) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass


class DeviceArray(np.ndarray):
    """Array that stays what it is in arithmetic, and that NumPy's functions do not take, as CuPy's."""

    device = Device()

    def get(self) -> np.ndarray:
        """Copy on the host."""
        return np.array(self, subok=False)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        if not inside:
            raise TypeError(f"np.{function.__name__} was given an array of the GPU")
        return super().__array_function__(function, types, arguments, options)


DeviceArray.__module__ = "cupy"
inside: list[str] = []


class Functions(types.ModuleType):
    """Functions of a library of the host, that make arrays of the GPU."""

    def __init__(self, name: str, host: Any) -> None:
        super().__init__(name)
        self.__dict__["host"] = host

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.__dict__["host"], name)

        def on_device(*arguments: Any, **options: Any) -> Any:
            inside.append(name)
            try:
                result = found(*arguments, **options)
            finally:
                inside.pop()
            return result.view(DeviceArray) if isinstance(result, np.ndarray) else result

        return on_device


class ImitatedGpu(EmulatedGpu):
    """Runs kernels on the imitated arrays."""

    def __init__(self) -> None:
        super().__init__(order=1)
        self.library = sys.modules["cupy"]

    def __reduce__(self) -> tuple[Any, ...]:
        return cuda.on_gpu, ()


@contextlib.contextmanager
def imitated_cupy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Let ``import cupy`` find the imitation."""
    cupy = Functions("cupy", np)
    stream = types.SimpleNamespace(synchronize=lambda: None, ptr=0)
    cupy.ndarray = DeviceArray
    cupy.fft = Functions("cupy.fft", np.fft)
    cupy.asnumpy = lambda array: array.get()
    cupy.get_default_memory_pool = lambda: types.SimpleNamespace(free_all_blocks=lambda: None)
    cupy.cuda = types.SimpleNamespace(
        Device=Device,
        get_current_stream=lambda: stream,
        runtime=types.SimpleNamespace(getDeviceCount=lambda: 1),
    )
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    for name in ("cupyx", "cupyx.scipy", "cupyx.scipy.fft"):
        monkeypatch.setitem(sys.modules, name, Functions(name, scipy.fft))
    sys.modules["cupyx"].scipy = sys.modules["cupyx.scipy"]
    sys.modules["cupyx.scipy"].fft = sys.modules["cupyx.scipy.fft"]
    monkeypatch.setattr(cuda, "Cupy", ImitatedGpu)
    cuda.on_gpu.cache_clear()
    yield cupy
    cuda.on_gpu.cache_clear()
