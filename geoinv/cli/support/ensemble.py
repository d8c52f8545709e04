"""The option ``--ensemble``: samples of an inversion, their cost beforehand, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from geoinv.cli.support.progress_display import progress_shown
from geoinv.cli.support.ranks import in_any
from geoinv.cli.support.terminal import say
from geoinv.core.checks import InputError
from geoinv.core.memory import require_memory
from geoinv.inversion.ensemble import COPIES, ensemble
from geoinv.inversion.outcome import Outcome
from geoinv.inversion.randomize_then_optimize import FEWEST

if TYPE_CHECKING:
    from geoinv.inversion.ensemble import Ensemble
    from geoinv.inversion.solution import Solution

__all__ = ["EnsembleOption", "ensemble_of", "ensemble_seconds", "refuse_ensemble", "say_ensemble"]

EnsembleOption = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Draw N models that fit as well as the noise lets them, for the uncertainty: their mean, standard "
        "deviation and percentiles 5, 50 and 95 stand beside the model. Each takes about as long as the last step of "
        "the inversion.",
        show_default=False,
    ),
]

APPLICATIONS = 120
"""Applications of the physics for a sample: 70 to 140 in small and middling surveys."""


def refuse_ensemble(number: int | None, values: int) -> None:
    """Reject a number of samples that is none, or for which there is no memory.

    Parameters
    ----------
    number : int, optional
        What was given.
    values : int
        Of a model.

    Raises
    ------
    InputError
        If it is below two, or too large.
    """
    if number is None:
        return
    if number < FEWEST:
        raise InputError(
            f"--ensemble expects {FEWEST} samples or more, got {number}; 50 tell a standard deviation to a tenth"
        )
    needed = 8.0 * COPIES * number * values
    require_memory("--ensemble", f"{number} samples of {values:.3g} values", needed, "ask for fewer")


def ensemble_seconds(A: Any, number: int | None) -> float:
    """Seconds that samples may take, as the engine of an operator tells before anything is computed."""
    return 0.0 if number is None else number * APPLICATIONS * float(A.choice.estimate.apply)


def ensemble_of(
    solution: Solution,
    number: int,
    checkpoint: Path | None = None,
    draw: Callable[..., Ensemble | None] | None = None,
) -> tuple[Ensemble | None, str]:
    """Samples of a solution, after their cost has been said; and why they are missing or fewer.

    Parameters
    ----------
    solution : Solution
        How it ended is not said here.
    number : int
        How many.
    checkpoint : Path, optional
        File in which they are kept on the way.
    draw : callable, optional
        What draws them, in place of :func:`geoinv.ensemble`.
    """
    if in_any(solution.outcome.incomplete):
        return None, "there is no ensemble"
    if solution.outcome is Outcome.REFERENCE_FITS:
        return None, (
            "--ensemble expects data that tell a model, got such that the reference fits within their noise; there is "
            "no ensemble"
        )
    ends = [0.0, *(step.seconds for step in solution.history)]
    longest = max(after - before for before, after in pairwise(ends))
    say("ensemble", f"{number} samples, up to {_duration(longest)} each and {_duration(number * longest)} in all")
    try:
        with progress_shown("ensemble"):
            samples = (draw or ensemble)(solution, number, checkpoint=checkpoint)
    except KeyboardInterrupt:
        return None, f"interrupted before there were {FEWEST} samples: there is no ensemble"
    except (InputError, MemoryError) as error:
        return None, f"{error}: there is no ensemble"
    if samples is None:  # of the processes that mpirun started, the first has them
        return None, ""
    drawn = len(samples.samples)
    return samples, f"interrupted after {drawn} of {number} samples" if drawn < number else ""


def say_ensemble(samples: Ensemble, unit: str) -> None:
    """Print what samples tell, what they assume and what may be wrong with them."""
    operator: Any = samples.solution.operator
    active = samples.standard_deviation[..., operator.mesh.active]
    spread = f"{active.min():.3g} to {active.max():.3g} {unit}, median {np.median(active):.3g}"
    say("ensemble", f"{len(samples.samples)} samples, standard deviation {spread}")
    say("assumed", "\n".join(samples.assumptions))
    if samples.doubts:
        say("doubts", "\n".join(samples.doubts))


def _duration(seconds: float) -> str:
    """Time as a reader wants it.

    Examples
    --------
    >>> _duration(0.034), _duration(200.0), _duration(2e4)
    ('0.034 s', '3.3 minutes', '5.6 hours')
    """
    if seconds < 120.0:
        return f"{seconds:.2g} s"
    return f"{seconds / 60.0:.2g} minutes" if seconds < 7200.0 else f"{seconds / 3600.0:.2g} hours"
