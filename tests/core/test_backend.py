"""A GPU that cannot be used, and constants that go to one: a sentence each, a copy each."""

from __future__ import annotations

import numpy as np
import pytest
from cupy_runtimes import cupy_that, raising
from emulated_gpu import needs_compiler
from imitated_cupy import imitated_cupy

import geoinv
from geoinv.core.backend import Resident, require_gpu


def test_cupy_that_is_not_installed_is_named_with_how_to_install_it(monkeypatch):
    monkeypatch.setattr("importlib.import_module", raising(ModuleNotFoundError("No module named 'cupy'")))
    with pytest.raises(
        geoinv.InputError, match=r"expects CuPy, which is not installed; .*pip install geoinv\[cuda13\]"
    ):
        require_gpu()


def test_cupy_of_another_cuda_is_told_from_one_that_is_missing(monkeypatch):
    refusal = "\n====\nCuPy failed to load libcublas.so.12: cannot open shared object file\n"
    monkeypatch.setattr("importlib.import_module", raising(ImportError(refusal)))
    with pytest.raises(geoinv.InputError, match=r"got: CuPy failed to load libcublas\.so\.12.*; install the extra of"):
        require_gpu()


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (
            "cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version",
            "expects a driver as new as CuPy's CUDA, got: cudaErrorInsufficientDriver.*; install NVIDIA's driver, or",
        ),
        ("cudaErrorNoDevice: no CUDA-capable device is detected", "expects one that CUDA can see, got: .*nvidia-smi"),
    ],
)
def test_a_missing_driver_and_a_missing_gpu_are_told_apart(refusal, sentence, monkeypatch):
    cupy_that(monkeypatch, getDeviceCount=raising(RuntimeError(refusal)))
    with pytest.raises(geoinv.InputError, match=sentence):
        require_gpu()
    cupy_that(monkeypatch, getDeviceCount=lambda: 0)
    with pytest.raises(geoinv.InputError, match="expects one that CUDA can see, got none; look at CUDA_VISIBLE"):
        require_gpu()


@needs_compiler
def test_a_constant_goes_to_a_device_once(monkeypatch):
    with imitated_cupy(monkeypatch) as cupy:
        constant = Resident(np.arange(3.0))
        x = cupy.zeros(1)
        assert isinstance(constant.beside(x), cupy.ndarray)
        assert constant.beside(x) is constant.beside(x)
        assert constant.beside(np.zeros(1)) is constant.array
