"""Ensembles over the workers of Dask: each task draws some of the members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinv.core.checks import InputError, whole_number
from geoinv.inversion.ensemble import Ensemble, assembled, checked_posterior, draws
from geoinv.inversion.solution import Solution

if TYPE_CHECKING:
    from geoinv.inversion.ensemble import Draw

__all__ = ["dask_ensemble"]


def dask_ensemble(solution: Solution, number: int = 50, seed: int = 0, tasks: int | None = None) -> Ensemble:
    """Draw models as :func:`geoinv.ensemble` does, over the workers that Dask has.

    These are those of the cluster whose ``distributed.Client`` is active, of the scheduler that ``dask.config`` names,
    or else processes of this machine. As each sample has a seed of its own, they are those of one process.

    Parameters
    ----------
    solution : Solution
        Of :func:`geoinv.invert`. It goes to the workers with its operator: a dense one with its whole matrix.
    number, seed
        As :func:`geoinv.ensemble` takes them.
    tasks : int, optional
        Parts that the samples are dealt into, a copy of the solution for each; by default one a sample.

    Returns
    -------
    Ensemble

    Raises
    ------
    InputError
        As :func:`geoinv.ensemble`, or if Dask is not installed.

    Notes
    -----
    A script that has processes of its own machine do the work keeps it under ``if __name__ == "__main__":``, as each
    of them imports the script.
    """
    try:
        import dask
        from dask.base import get_scheduler
    except ImportError:
        message = "dask_ensemble expects Dask, which is not installed; run: pip install 'geoinv[dask]'"
        raise InputError(message) from None
    posterior = checked_posterior(solution, number, seed)
    parts = number if tasks is None else whole_number("dask_ensemble", "tasks", tasks, least=1)
    parts = min(parts, number)
    member = dask.delayed(_members, pure=False)
    held = dask.delayed(solution, pure=False)
    wanted = [member(held, range(part, number, parts), number, seed) for part in range(parts)]
    # threads would share the compiled kernels' own
    scheduler = None if get_scheduler() is not None else "processes"
    drawn: dict[int, Draw] = {}
    for part, some in enumerate(dask.compute(*wanted, scheduler=scheduler)):
        drawn |= zip(range(part, number, parts), some, strict=True)
    return assembled(posterior, solution, [drawn[place] for place in range(number)], int(number), int(seed))


def _members(solution: Solution, places: range, number: int, seed: int) -> list[Draw]:
    return list(draws(checked_posterior(solution, number, seed), places, number, seed))
