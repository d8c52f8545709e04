"""Kernels whose work is dealt out to threads: every chunk once, on however many threads."""

from __future__ import annotations

import subprocess
import sys

import numba
import numpy as np
import numpy.testing as npt
import pytest

from geoinv.operators._jit import Chunk, chunked_kernel, part

pytestmark = pytest.mark.kernels


@chunked_kernel(scratch=lambda marks: np.zeros(1))
def count_up(chunk: Chunk, own: np.ndarray, marks: np.ndarray) -> None:
    """Add one to the marks of a chunk, through memory of the thread's own."""
    first, last = part(chunk, marks.size)
    for i in range(first, last):
        own[0] = marks[i] + 1.0
        marks[i] = own[0]


@pytest.mark.parametrize("count", [0, 1, 7, 1000])
@pytest.mark.parametrize("threads", [1, numba.config.NUMBA_NUM_THREADS])
def test_everything_is_done_once_on_any_number_of_threads(count, threads):
    before, marks = numba.get_num_threads(), np.zeros(count)
    numba.set_num_threads(threads)
    try:
        count_up(marks)
    finally:
        numba.set_num_threads(before)
    npt.assert_array_equal(marks, 1.0)


def test_what_a_share_cannot_do_is_told_to_the_caller():
    with pytest.raises((TypeError, AttributeError, numba.TypingError)):
        count_up(None)


def test_without_another_thread_the_caller_does_everything(monkeypatch):
    def no_threads(*_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("concurrent.futures.ThreadPoolExecutor.submit", no_threads)
    marks = np.zeros(100)
    count_up(marks)
    npt.assert_array_equal(marks, 1.0)


def test_work_goes_on_after_the_main_thread_has_ended():
    script = """
import threading, time
import numpy as np
import geoinv
A = geoinv.operators.Blur((40, 40), 1.0)
B = geoinv.operators.StraightRayTomography((5, 5), 1.0, np.zeros((9, 2)), np.full((9, 2), 5.0))
def work():
    threading.main_thread().join()
    time.sleep(0.2)
    print(A(np.ones((8, 40, 40))).mean().round(6), B(np.ones((8, 5, 5))).mean().round(6))
threading.Thread(target=work).start()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (["1.0", "7.071068"], "")


@pytest.mark.parametrize(("chunks", "count"), [(1, 5), (3, 10), (8, 3), (8, 0)])
def test_chunks_follow_each_other_without_gaps(chunks, count):
    bounds = [part((chunk, chunks), count) for chunk in range(chunks)]
    assert [bounds[0][0], *(last for _, last in bounds)] == [*(first for first, _ in bounds), count]
