"""A GPU that cannot be used, and one whose memory is full: one clear sentence each."""

from __future__ import annotations

import sys
import types

import numpy as np
import numpy.testing as npt
import pytest
from emulated_gpu import needs_compiler
from imitated_cupy import imitated_cupy

import geoinv
from geoinv.core.backend import Resident, require_gpu
from geoinv.operators import Blur, cuda
from geoinv.operators.cuda import Cupy


def cupy_that(monkeypatch, **runtime):
    """CuPy with a runtime of its own."""
    library = types.SimpleNamespace(cuda=types.SimpleNamespace(runtime=types.SimpleNamespace(**runtime)))
    monkeypatch.setitem(sys.modules, "cupy", library)
    return library


def raising(error):
    """Function that does not get far."""

    def function(*arguments, **options):
        raise error

    return function


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


def test_a_missing_compiler_of_cuda_is_named(monkeypatch):
    library = cupy_that(monkeypatch, getDeviceCount=lambda: 1)
    library.RawModule = raising(RuntimeError("libnvrtc.so.13: cannot open shared object file"))
    library.ndarray = np.ndarray
    source = cuda.real_source("sparse.cu", np.dtype(float))
    terms = (np.zeros(1, np.int32), np.zeros(2, np.int32), 1, np.zeros(1, np.int32), np.ones(1))
    with pytest.raises(geoinv.InputError, match=r"expects NVRTC, .*libnvrtc\.so\.13.*; install the extra"):
        Cupy().run(source, "add_terms", 1, *terms, np.ones(1), 1, np.ones(1), 1)


class CudaError(RuntimeError):
    """What CUDA's libraries raise."""


@needs_compiler
@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Out of memory allocating 8,000,000 bytes (allocated so far: 512 bytes)."),
        CudaError("CUFFT_ALLOC_FAILED"),
        CudaError("cudaErrorMemoryAllocation: out of memory"),
        CudaError("CUDA out of memory. Tried to allocate 8.00 GiB."),
    ],
)
def test_memory_that_runs_out_in_the_middle_gives_a_sentence_and_no_result(error, monkeypatch):
    with imitated_cupy(monkeypatch) as cupy:
        freed = []
        pool = types.SimpleNamespace(free_all_blocks=lambda: freed.append("all"))
        cupy.get_default_memory_pool = lambda: pool
        A = Blur((4,), 1.0, method="direct")
        x = cupy.ones((2, 4))
        expected = A(x)
        monkeypatch.setattr(cuda.on_gpu(), "_launch", raising(error), raising=False)
        out = cupy.asarray(np.full((2, 4), np.nan))
        with pytest.raises(
            geoinv.InputError, match=r"Blur ran out of memory on the GPU and gives no result: .*; apply"
        ):
            A(x, out=out)
        assert freed == ["all"]
        assert np.isnan(out.get()).all()
        monkeypatch.undo()
    with imitated_cupy(monkeypatch):
        npt.assert_array_equal(A(x).get(), expected.get())


@needs_compiler
def test_other_errors_of_a_gpu_are_not_taken_for_a_lack_of_memory(monkeypatch):
    with imitated_cupy(monkeypatch) as cupy:
        monkeypatch.setattr(cuda.on_gpu(), "_launch", raising(CudaError("cudaErrorIllegalAddress")), raising=False)
        with pytest.raises(CudaError, match="IllegalAddress"):
            Blur((4,), 1.0, method="direct")(cupy.ones(4))


@needs_compiler
def test_a_constant_goes_to_a_device_once(monkeypatch):
    with imitated_cupy(monkeypatch) as cupy:
        constant = Resident(np.arange(3.0))
        x = cupy.zeros(1)
        assert isinstance(constant.beside(x), cupy.ndarray)
        assert constant.beside(x) is constant.beside(x)
        assert constant.beside(np.zeros(1)) is constant.array
