"""Refusal of what does not fit in memory."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from geoinv import Grid, InputError
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core import memory


def test_free_memory_is_at_most_what_the_machine_has():
    assert 0.0 < memory.available_memory() <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_what_needs_half_of_the_free_memory_passes_and_more_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 16e9)
    memory.require_memory("the thing", "a matrix", 8e9, "make it smaller")
    with pytest.raises(InputError) as caught:
        memory.require_memory("the thing", "a matrix", 8.1e9, "make it smaller")
    assert str(caught.value) == (
        "the thing expects a matrix to fit in 8 GB of memory (half of what is free), but that needs 8.1 GB; "
        "make it smaller"
    )


def test_a_grid_without_room_for_one_model_is_refused_before_it_is_made():
    with pytest.raises(InputError, match=r"Grid expects a model of 1e\+15 cells .* needs 8e\+06 GB"):
        Grid.regular((100_000, 100_000, 100_000), (1.0, 1.0, 1.0))


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """16 GB free, no limits; writes further files of a kernel."""
    proc, cgroups = tmp_path / "proc", tmp_path / "cgroup"

    def write(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")

    write(proc / "meminfo", "MemTotal: 20000000 kB\nMemAvailable: 16000000 kB\n")
    write(proc / "self/statm", "100000 5000 1000 1 0 50000 0\n")
    monkeypatch.setattr("resource.getrlimit", lambda limit: (-1, -1))
    free = lambda: memory.available_memory(str(proc), str(cgroups))  # noqa: E731
    return SimpleNamespace(proc=proc, cgroups=cgroups, write=write, free=free)


def test_without_limits_what_the_machine_has_is_free(machine):
    assert machine.free() == 16000000 * 1024
    machine.write(machine.proc / "self/cgroup", "0::/\n")
    machine.write(machine.cgroups / "memory.max", "max\n")
    machine.write(machine.cgroups / "memory.current", "5000\n")
    assert machine.free() == 16000000 * 1024


@pytest.mark.parametrize("limited", ["", "user.slice", "user.slice/job.scope"])
def test_the_tightest_of_the_groups_of_version_2_counts(machine, limited):
    machine.write(machine.proc / "self/cgroup", "0::/user.slice/job.scope\n")
    for group in ("", "user.slice", "user.slice/job.scope"):
        machine.write(machine.cgroups / group / "memory.max", "3000000000" if group == limited else "max")
        machine.write(machine.cgroups / group / "memory.current", "1000000000\n")
    machine.write(machine.cgroups / limited / "memory.stat", "anon 700000000\ninactive_file 250000000\n")
    assert machine.free() == 2.25e9


def test_a_container_that_sees_its_group_as_the_root_keeps_to_it(machine):
    machine.write(machine.proc / "self/cgroup", "0::/docker/0123\n")
    machine.write(machine.cgroups / "memory.max", "4000000000\n")
    machine.write(machine.cgroups / "memory.current", "1000000000\n")
    assert machine.free() == 3e9


def test_groups_of_version_1_count(machine):
    machine.write(machine.proc / "self/cgroup", "5:cpu,cpuacct:/job\n4:memory:/batch/job\n0::/\n")
    for group, limit in (("batch/job", "2000000000"), ("batch", "9223372036854771712")):
        machine.write(machine.cgroups / "memory" / group / "memory.limit_in_bytes", limit)
        machine.write(machine.cgroups / "memory" / group / "memory.usage_in_bytes", "500000000")
    assert machine.free() == 1.5e9


@pytest.mark.parametrize(("limit", "used"), [("RLIMIT_AS", 100000), ("RLIMIT_DATA", 50000)])
def test_limits_of_the_process_count(machine, monkeypatch, limit, used):
    import resource

    soft = {getattr(resource, limit): (2_500_000_000, -1)}
    monkeypatch.setattr("resource.getrlimit", lambda of: soft.get(of, (-1, -1)))
    assert machine.free() == 2.5e9 - used * os.sysconf("SC_PAGE_SIZE")


def test_more_in_use_than_allowed_leaves_nothing(machine):
    machine.write(machine.proc / "self/cgroup", "0::/job\n")
    machine.write(machine.cgroups / "job/memory.max", "1000\n")
    machine.write(machine.cgroups / "job/memory.current", "2000\n")
    assert machine.free() == 0.0


def test_files_that_are_missing_or_not_as_expected_limit_nothing(machine):
    machine.write(machine.proc / "self/cgroup", "0::/job\n4:memory:/job\n")
    machine.write(machine.cgroups / "job/memory.max", "\n")
    machine.write(machine.cgroups / "memory/job/memory.limit_in_bytes", "many\n")
    assert machine.free() == 16000000 * 1024
    (machine.proc / "meminfo").unlink()
    (machine.proc / "self/statm").unlink()
    assert machine.free() > 0.0


def test_a_process_with_a_limit_sees_it():
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 * 10**9, 3 * 10**9)); "
        "from geoinv.core.memory import available_memory; print(available_memory())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert 0.0 < float(done.stdout) < 3e9


def test_memory_that_runs_out_inside_an_operator_is_said_in_a_sentence():
    class Hungry(LinearOperator):
        domain_shape, range_shape, dtype = (2,), (2,), np.dtype(float)

        def _forward(self, x):
            raise MemoryError("Unable to allocate 1. TiB")

        _adjoint = _forward

    for apply in (Hungry(), Hungry().T, 2.0 * Hungry(), Hungry() + Hungry()):
        with pytest.raises(
            InputError, match=r"expects memory for its arrays, but there is none left \(Unable to alloc"
        ):
            apply([1.0, 2.0])
