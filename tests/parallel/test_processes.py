import sys

import pytest
from over_ranks import mpirun

from geoinv.core.checks import InputError
from geoinv.parallel import processes

RAISING = """
import sys, time
from geoinv.parallel import team
from geoinv.core.checks import InputError
together = team()
with together.ending_together():
    if together.rank == 1:
        raise InputError("what went wrong here alone")
    together.communicator.Barrier()
    together.communicator.recv(source=1)
"""


def test_a_launcher_is_told_by_its_variables(monkeypatch):
    for name in (*processes.RANKS, *processes.SIZES):
        monkeypatch.delenv(name, raising=False)
    assert (processes.launched(), processes.named_rank()) == (False, 0)
    monkeypatch.setenv("PMIX_RANK", "3")
    assert (processes.launched(), processes.named_rank()) == (True, 3)
    # a batch system's launcher of one process asks for nothing
    monkeypatch.setenv("SLURM_STEP_NUM_TASKS", "1")
    assert not processes.launched()


def test_what_lacks_for_mpi_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "mpi4py" else sys)
    with pytest.raises(InputError, match=r"expects mpi4py, which is not installed; run: pip install 'geoinv\[mpi\]'"):
        processes.require_mpi("geoinv under mpirun")


def test_processes_that_would_not_do_the_same_go_no_further(report, ranks):
    if ranks == 1:
        assert "plan" not in report["refusals"]
    else:
        assert "but the version is 0 in process 0 and 1 in process 1" in report["refusals"]["plan"]


def test_a_process_that_fails_alone_ends_the_others_with_its_sentence():
    result = mpirun(2, "-c", RAISING)
    assert result.returncode != 0
    assert "geoinv: process 1 of 2: what went wrong here alone\n" in result.stderr
