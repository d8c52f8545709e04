"""Operators called at once from several threads, and from spawned and forked workers, on each thread pool of numba."""

from __future__ import annotations

import ctypes.util
import os
import subprocess
import sys
import textwrap

import pytest
from checkout import ROOT

PROGRAM = """
    import multiprocessing
    import os
    from concurrent.futures import ThreadPoolExecutor

    import numba
    import numpy as np

    import geoinv
    from geoinv.operators import Blur, Magnetics, StraightRayTomography


    def operators():
        grid = geoinv.Grid.regular((3, 6, 8), (10.0, 20.0, 25.0), (-30.0, 0.0, 0.0))
        easting, northing = np.meshgrid(4.0 + 25.0 * np.arange(8), 3.0 + 20.0 * np.arange(6))
        field = geoinv.MainField(65.0, 25.0, 50000.0)
        survey = geoinv.Survey(easting.ravel(), northing.ravel(), np.full(48, 5.0), field=field)
        ends = np.random.default_rng(0).uniform(0.0, 4.0, (2, 9, 2))
        return [
            *(Magnetics(grid, survey, engine=engine) for engine in ("direct", "gridded", "dense")),
            Blur((9, 8), 1.5, method="direct"),
            Blur((9, 8), 1.5),
            StraightRayTomography((4, 4), (1.0, 1.0), *ends),
        ]


    def there_and_back(A):
        x = np.random.default_rng(1).standard_normal(A.domain_shape)
        return A.T(A(x))


    def all_results(_):
        return [there_and_back(A) for A in operators()]


    def assert_same(results, expected):
        for result, exact in zip(results, expected, strict=True):
            np.testing.assert_allclose(result, exact, rtol=0, atol=1e-13 * abs(exact).max())


    def threads(expected):
        shared = 5 * operators()
        with ThreadPoolExecutor(6) as pool:
            assert_same(pool.map(there_and_back, shared), 5 * expected)


    def spawned(expected):
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            for results in pool.map(all_results, range(2)):
                assert_same(results, expected)
            # the operators themselves, with what they keep
            used = operators()
            assert_same([there_and_back(A) for A in used], expected)
            assert_same(pool.map(there_and_back, used), expected)


    def forked(expected):
        child = os.fork()
        if child == 0:
            try:
                assert_same(all_results(0), expected)
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0


    if __name__ == "__main__":
        expected = all_results(0)
        for workers in (threads, spawned, forked):
            workers(expected)
            print(numba.threading_layer(), workers.__name__, flush=True)
"""


@pytest.mark.parametrize("layer", ["workqueue", "omp"])
def test_concurrent_calls_give_the_same_numbers_and_end_no_process(tmp_path, layer):
    if layer == "omp" and sys.platform == "linux" and ctypes.util.find_library("gomp") is None:
        pytest.skip("no GNU OpenMP on this machine")
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    environment = {
        **os.environ,
        "PYTHONPATH": os.fspath(ROOT),
        "NUMBA_THREADING_LAYER": layer,
        "NUMBA_NUM_THREADS": "2",
    }
    command = [sys.executable, os.fspath(program)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    told = [f"{layer} {workers}" for workers in ("threads", "spawned", "forked")]
    assert (result.returncode, result.stdout.splitlines()) == (0, told), result.stderr
