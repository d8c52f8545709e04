"""Ensembles over the processes of MPI: each draws some of the members."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoinv.core.interrupts import interrupts_held
from geoinv.core.provenance import checksum
from geoinv.inversion.ensemble import Ensemble, assembled, checked_posterior, draws
from geoinv.inversion.randomize_then_optimize import FEWEST
from geoinv.inversion.solution import Solution
from geoinv.parallel.processes import Team, team

__all__ = ["ensemble"]


def ensemble(
    solution: Solution,
    number: int = 50,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    together: Team | None = None,
) -> Ensemble | None:
    """Draw models as :func:`geoinv.ensemble` does, each process every so many-th of them.

    Every process has found the solution by itself, so that nothing but the samples goes between them; as each sample
    has a seed of its own, they are those of one process, to the last bit. Ctrl-C ends it after the samples under way.

    Parameters
    ----------
    solution : Solution
        Of :func:`geoinv.invert`, the same in every process.
    number, seed
        As :func:`geoinv.ensemble` takes them.
    checkpoint : str or Path, optional
        File in which this process keeps its samples, another one in each.
    together : Team, optional
        Processes; all that mpirun started by default.

    Returns
    -------
    Ensemble or None
        In the first process; None in the others.

    Raises
    ------
    InputError
        As :func:`geoinv.ensemble`, or if the processes have found different solutions.
    KeyboardInterrupt
        If it ends before there are two samples.
    """
    together = together or team()
    model = checksum(solution.model, np.float64(solution.beta))[:16]
    together.agree({"the model": model, "the number of samples": f"{number} of seed {seed}"})
    with interrupts_held() as held, together.ending_together():
        posterior = checked_posterior(solution, number, seed)
        own = draws(posterior, range(together.rank, number, together.size), number, seed, checkpoint)
        communicator = together.counting("samples")
        drawn = []
        # a round of one sample each, so that an interrupt finds no gaps
        for start in range(0, number, together.size):
            mine = next(own) if start + together.rank < number else None
            drawn += [draw for draw in communicator.gather(mine) or () if draw is not None]
            if any(communicator.allgather(held.came)):
                break
        finished = communicator.bcast(len(drawn))
        if finished < FEWEST:
            raise KeyboardInterrupt
        return assembled(posterior, solution, drawn, int(number), int(seed)) if together.first else None
