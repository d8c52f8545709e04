"""The command line under mpirun: one process that prints and writes, and all of them of one mind."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import typer

from geoinv.cli.support.outputs import JOB
from geoinv.cli.support.terminal import say
from geoinv.core.checks import InputError
from geoinv.core.memory import bytes_text
from geoinv.core.version import __version__
from geoinv.parallel.counted import Traffic
from geoinv.parallel.processes import Team, launched, named_rank, require_mpi, team

if TYPE_CHECKING:
    from geoinv.inversion.solution import Solution

__all__ = [
    "agree",
    "found_here",
    "in_any",
    "others_end",
    "over_ranks",
    "physics_over",
    "place_among_ranks",
    "ranks",
    "refuse_over_ranks",
    "say_traffic",
    "silent_ranks",
]

_ranks: ContextVar[Team | None] = ContextVar("ranks", default=None)


@contextmanager
def silent_ranks() -> Iterator[bool]:
    """Let the first of the processes that mpirun started alone print; yields whether this is another one."""
    if not (launched() and named_rank() > 0):
        yield False
        return
    before = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        try:
            yield True
        finally:
            sys.stdout, sys.stderr = before


@contextmanager
def over_ranks(given: Sequence[str]) -> Iterator[None]:
    """Run a command in every process that mpirun started.

    Parameters
    ----------
    given : sequence of str
        Command and options.

    Raises
    ------
    InputError
        If there are several and the command is not one that is split, or MPI's packages are not installed.
    """
    if not launched():
        yield
        return
    require_mpi("geoinv under mpirun")
    together = team()
    if together.size == 1 or not given or given[0].startswith("-"):
        yield
        return
    if given[0] != "invert":
        raise InputError(
            f"geoinv {given[0]} expects one process, got {together.size} of mpirun; only geoinv invert is split over "
            "processes: start this one without mpirun"
        )
    token = _ranks.set(together)
    try:
        with together.until_agreed():
            yield
    finally:
        _ranks.reset(token)


def ranks() -> Team | None:
    """Processes that this command runs in, if there are several."""
    return _ranks.get()


def place_among_ranks() -> tuple[int, int]:
    """Number of this process, from 0, and how many there are."""
    together = _ranks.get()
    return (0, 1) if together is None else (together.rank, together.size)


def agree(context: typer.Context, origin: Mapping[str, str]) -> None:
    """Go on only if all processes have one version, one command line and the same files.

    Parameters
    ----------
    context : typer.Context
        Of the command.
    origin : mapping
        Checksums of its files, as :func:`geoinv.cli.support.outputs.provenance` gives them.
    """
    together = _ranks.get()
    if together is None:
        return
    import numpy as np

    plan = {
        "the version": f"geoinv {__version__} with NumPy {np.__version__}",
        "the command": shlex.join(["geoinv", *context.find_root().obj]),
    }
    if JOB in context.meta:
        plan["the checksum of the job"] = hashlib.sha256(context.meta[JOB].encode()).hexdigest()[:16]
    plan |= {f"the checksum of {name}": digest[:16] for name, digest in json.loads(origin["inputs"]).items()}
    together.agree(plan)


def physics_over(physics: Callable[..., Any], *, whole: bool) -> Callable[..., Any]:
    """Physics, split over the processes of mpirun if there are several and each is not to have the whole."""
    together = _ranks.get()
    if together is None or whole:
        return physics
    from geoinv.parallel import split

    def made(mesh: Any, survey: Any, **arguments: Any) -> Any:
        A = split(physics, mesh, survey, together, **arguments)
        counts = A.slabs.layers
        layers = f"{counts[0]} layers" if counts[0] == counts[-1] else f"{counts[-1]} or {counts[0]} layers"
        say("split", f"over {together.size} processes of mpirun, {layers} in each; engine and cost are of the lowest")
        return A

    return made


def found_here(solution: Solution | None) -> Solution:
    """Solution, where this process has it; the others end here, and the first goes on alone.

    Raises
    ------
    typer.Exit
        In the others, with code 0.
    """
    if solution is None:
        raise typer.Exit(0)
    return solution


def others_end() -> None:
    """Let the first process alone go on, to print and to write.

    Raises
    ------
    typer.Exit
        In the others, with code 0.
    """
    together = _ranks.get()
    if together is not None and not together.first:
        raise typer.Exit(0)


def refuse_over_ranks(option: str, given: bool) -> None:
    """Reject an option whose work is not split, where several processes were started to split it.

    Raises
    ------
    InputError
        If it is given to several.
    """
    together = _ranks.get()
    if given and together is not None:
        raise InputError(
            f"{option} expects one process, got {together.size} of mpirun; leave it out, or start this without mpirun"
        )


def in_any(flag: bool) -> bool:
    """Whether something is so in this process, or in any that mpirun started with it."""
    together = _ranks.get()
    return flag if together is None else any(together.communicator.allgather(flag))


def say_traffic(values: int) -> None:
    """Print what went between the processes, beside the size of the model.

    Parameters
    ----------
    values : int
        Of the model.
    """
    together = _ranks.get()
    if together is None:
        return
    traffic = together.traffic
    parts = [
        f"{name} {bytes_text(count)} in {traffic.calls[name]} calls" for name, count in traffic.sent.items() if count
    ]
    whole = bytes_text(float(sum(traffic.sent.values())))
    say("processes", f"{together.size} of mpirun; the first sent {whole}: {', '.join(parts)}")
    say("", f"sending and waiting took {traffic.seconds:.2g} s; {_moved(traffic)} {bytes_text(8.0 * values)}")


def _moved(traffic: Traffic) -> str:
    """What became of the model, for a sentence that ends with its size."""
    if "samples" in traffic.sent:
        return "each process had the whole model,"
    return "slabs of the model never moved until it was gathered,"
