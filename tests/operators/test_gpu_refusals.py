"""A GPU that cannot be used, and one whose memory is full: one clear sentence each."""

from __future__ import annotations

import types

import numpy as np
import numpy.testing as npt
import pytest
from cupy_runtimes import cupy_that, raising
from emulated_gpu import needs_compiler
from imitated_cupy import imitated_cupy

import geoinv
from geoinv.operators import Blur, cuda
from geoinv.operators.cuda import Cupy


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
