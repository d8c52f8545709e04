"""The processes that a launcher started together, and how they come to one end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from geoinv.core.checks import InputError
from geoinv.parallel.counted import Traffic, counted

__all__ = ["Team", "launched", "named_rank", "team"]

RANKS = ("OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK")
"""Variables in which launchers tell a process its rank."""

SIZES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS")
"""Variables in which they tell it how many there are, as far as they do."""

PATIENCE = 5.0
"""Seconds that a process which fails waits for the others to fail alike, before it ends them."""


def launched() -> bool:
    """Whether a launcher such as mpirun started this process beside others, as far as it tells."""
    told = next((os.environ[name] for name in SIZES if name in os.environ), "")
    return told != "1" and any(name in os.environ for name in RANKS)


def named_rank() -> int:
    """Rank that the launcher gave this process, before MPI is asked; 0 without one."""
    return next((int(os.environ[name]) for name in RANKS if os.environ.get(name, "").isdigit()), 0)


@dataclass
class Team:
    """Processes that do one thing together.

    Attributes
    ----------
    communicator : mpi4py.MPI.Intracomm
        Theirs.
    traffic : Traffic
        What this process has sent to the others.
    agreed : bool
        Whether nobody waits in :meth:`agree` for what this process is about to do.
    """

    communicator: Any
    traffic: Traffic = field(default_factory=Traffic)
    agreed: bool = True

    @property
    def rank(self) -> int:
        """Number of this process, from 0."""
        return int(self.communicator.Get_rank())

    @property
    def size(self) -> int:
        """Number of processes."""
        return int(self.communicator.Get_size())

    @property
    def first(self) -> bool:
        """Whether this is the process that prints and writes."""
        return self.rank == 0

    def counting(self, purpose: str) -> Any:
        """Communicator that counts what is sent over it under a name."""
        return counted(self.communicator, self.traffic, purpose)

    def on_this_machine(self) -> int:
        """Number of its processes that share the memory of this machine."""
        from mpi4py import MPI

        shared = self.communicator.Split_type(MPI.COMM_TYPE_SHARED)
        count = int(shared.Get_size())
        shared.Free()
        return count

    def agree(self, plan: Mapping[str, str]) -> None:
        """Go on only if every process is about to do the same.

        Parameters
        ----------
        plan : mapping of str to str
            What this process is about to do, in words: options, versions, checksums of files.

        Raises
        ------
        InputError
            In all of them: naming the first process that differs, and in what, or that has failed, and why.
        """
        self.agreed = True
        plans = self.counting("bookkeeping").allgather(("", dict(plan)))
        for rank, (failure, other) in enumerate(plans):
            if failure:
                raise InputError(f"process {rank} of {self.size}: {failure}")
            for name in {**plans[0][1], **other}:
                mine, theirs = (of.get(name, "nothing") for of in (plans[0][1], other))
                if mine != theirs:
                    raise InputError(
                        f"the {self.size} processes expect to do the same, but {name} is {mine} in process 0 and "
                        f"{theirs} in process {rank}; start them by one mpirun with one command"
                    )

    @contextmanager
    def until_agreed(self) -> Iterator[None]:
        """Tell the others, which wait in :meth:`agree`, of a failure inside the block that comes before it.

        A process that comes to the end of the block without it has nothing to do, and expects the same of the others.
        """
        self.agreed = False
        try:
            yield
        except BaseException as error:
            if not self.agreed:
                self.agreed = True
                failed = getattr(error, "exit_code", 1) != 0
                self.counting("bookkeeping").allgather((_sentence(error) if failed else "", {}))
            raise
        if not self.agreed:
            self.agree({})

    @contextmanager
    def ending_together(self) -> Iterator[None]:
        """End all processes where one of them fails inside the block.

        A failure that all come to, as a wrong argument is, goes on as it is in each. Any other ends the others, which
        wait for this process and would wait for ever, with its sentence on standard error.
        """
        try:
            yield
        except BaseException as error:
            if not self._all_here():
                sentence = f"geoinv: process {self.rank} of {self.size}: {_sentence(error)}"
                print(sentence, file=sys.__stderr__, flush=True)
                self.communicator.Abort(1)
            raise

    def _all_here(self) -> bool:
        """Whether all processes come here within a moment."""
        request = self._endings.Ibarrier()
        began = time.monotonic()
        while not request.Test():
            if time.monotonic() - began > PATIENCE:
                return False
            time.sleep(0.01)
        return True

    def __post_init__(self) -> None:
        """Keep a way to tell of an end that no other message can take."""
        self._endings = self.communicator.Dup()


def _sentence(error: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join((str(error) or type(error).__name__).splitlines())


def team() -> Team:
    """All processes that mpirun started with this one; this one alone without mpirun.

    Raises
    ------
    InputError
        If mpi4py, which talks to MPI, or pylops-mpi, which the operators are split by, is not installed.

    Examples
    --------
    A script for ``mpirun -n 4 python script.py``::

        import geoinv
        from geoinv.parallel import invert, split

        A = split(geoinv.operators.Magnetics, grid, survey, rtol=1e-5)
        solution = invert(A, survey.data, survey.uncertainty, bounds=(0.0, 1.0))
        if solution is not None:  # in the first process alone
            solution.to_xarray().to_netcdf("model.nc")
    """
    require_mpi("geoinv.parallel")
    from mpi4py import MPI

    return Team(MPI.COMM_WORLD)


def require_mpi(owner: str) -> None:
    """Reject what asks for MPI where its packages are not installed.

    Raises
    ------
    InputError
        With the extra to install.
    """
    from importlib.util import find_spec

    for package in ("mpi4py", "pylops_mpi"):
        if find_spec(package) is None:
            name = package.replace("_", "-")
            raise InputError(f"{owner} expects {name}, which is not installed; run: pip install 'geoinv[mpi]'")
