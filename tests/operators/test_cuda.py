"""What stands round the CUDA kernels: the check of their arguments, and that the imitation of a GPU sees mistakes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.testing as npt
import pytest
from checkout import SUPPORT, environment
from cuda_sources import SOURCES
from emulated_gpu import COMPILER, ORDERS, EmulatedGpu, compiled_for_cpu, declared_letters, needs_compiler

from geoinv.operators import blur, cuda
from geoinv.operators.cuda import Source

pytestmark = [needs_compiler, pytest.mark.emulated]

BLUR = blur.source_of(np.dtype(np.float32))


def arguments() -> list[object]:
    """Arguments of a blur of a row of four cells."""
    return [*(np.ones(n, np.float32) for n in (7, 10)), 1, 1, 4, np.empty(4, np.float32)]


@pytest.mark.parametrize(
    ("place", "value", "refusal"),
    [
        (0, np.ones(7), "expects weights of type float32, contiguous, got float64"),
        (1, np.ones(20, np.float32)[::2], "expects padded of type float32, contiguous, got float32, not contiguous"),
        (1, [1.0] * 10, "expects padded to be a numpy array, got list"),
        (2, 1.0, "expects layers to be int32, got float"),
        (4, True, "expects columns to be int32, got bool"),
        (5, 7, "expects blurred to be a numpy array, got int"),
    ],
)
def test_an_argument_of_another_type_is_refused_before_the_launch(place, value, refusal):
    given = arguments()
    EmulatedGpu().run(BLUR, "sum_over_offsets", 1, *given)
    given[place] = value
    with pytest.raises(TypeError, match=refusal):
        EmulatedGpu().run(BLUR, "sum_over_offsets", 1, *given)
    with pytest.raises(TypeError, match="expects 6 arguments, got 5"):
        EmulatedGpu().run(BLUR, "sum_over_offsets", 1, *given[:-1])


@pytest.mark.parametrize("name", [name for name in SOURCES if "BATCH=4" not in name and "ORDER=3" not in name])
def test_the_launch_knows_the_types_that_the_compiler_sees(name):
    source = SOURCES[name]
    compiled = compiled_for_cpu(source)
    for kernel in source.kernels:
        assert getattr(compiled, f"{kernel}_letters")().decode() == declared_letters(source, kernel)


REVERSED = """
extern "C" __global__ void reversed(const double* values, double* result) {
    __shared__ double held[TILE];
    held[threadIdx.x] = values[threadIdx.x];
    BARRIER;
    result[threadIdx.x] = held[TILE - 1 - threadIdx.x];
}
"""


def test_the_imitation_sees_barriers_that_are_missing_or_not_for_all(monkeypatch):
    monkeypatch.setattr(cuda, "_text", lambda file: REVERSED)
    values = np.arange(64.0)

    def in_every_order(barrier: str) -> list[bool]:
        found = []
        for order in ORDERS:
            result = np.empty(64)
            EmulatedGpu(order).run(Source("", (("TILE", 64), ("BARRIER", barrier))), "reversed", 1, values, result)
            found.append(np.array_equal(result, values[::-1]))
        return found

    assert all(in_every_order("__syncthreads()"))
    assert not any(in_every_order("(void)0"))
    with pytest.raises(RuntimeError, match="the threads of a block of reversed part at a barrier"):
        in_every_order("if (threadIdx.x < 32) __syncthreads()")


def sanitizer() -> str:
    """Library of AddressSanitizer."""
    assert COMPILER is not None
    found = subprocess.run([COMPILER, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    if not Path(found.stdout.strip()).is_absolute():
        pytest.skip("no AddressSanitizer beside g++")
    return found.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize(("flags", "said"), [((), "clean"), (("--overrun",), "heap-buffer-overflow")])
def test_no_kernel_leaves_its_arrays_and_one_that_did_would_be_seen(flags, said):
    options = "detect_leaks=0:detect_stack_use_after_return=0"
    command = [sys.executable, str(SUPPORT / "sanitized_kernels.py"), *flags]
    done = subprocess.run(
        command,
        env=environment(LD_PRELOAD=sanitizer(), ASAN_OPTIONS=options),
        capture_output=True,
        text=True,
        check=False,
    )
    assert said in done.stdout + done.stderr, done.stderr[-3000:]
    assert (done.returncode == 0) == (not flags)


def test_sizes_that_do_not_fill_a_block_take_one_more():
    npt.assert_array_equal([cuda.blocks_of(items, 128) for items in (0, 1, 128, 129)], [0, 1, 1, 2])
