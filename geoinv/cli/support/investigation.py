"""The option ``--doi``: the depth of investigation of a model, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from geoinv.cli.support.progress_display import progress_shown
from geoinv.cli.support.terminal import say
from geoinv.core.checks import InputError

if TYPE_CHECKING:
    from geoinv.inversion.depth_of_investigation import DepthOfInvestigation
    from geoinv.inversion.solution import Solution

__all__ = ["DoiOption", "investigated", "say_investigation"]

DoiOption = Annotated[
    bool,
    typer.Option(
        "--doi",
        help="Depth of investigation: an index beside the model, 0 where the data decide and 1 where the reference "
        "does, by two smooth inversions from different references; takes about as long as one.",
    ),
]


def investigated(solution: Solution, checkpoint: Path) -> tuple[DepthOfInvestigation | None, str]:
    """Depth of investigation of a solution, or why there is none.

    Parameters
    ----------
    solution : Solution
        How it ended is not said here.
    checkpoint : Path
        File in which its inversion is kept on the way.
    """
    from geoinv.inversion.depth_of_investigation import depth_of_investigation

    if solution.outcome.incomplete:
        return None, "there is no depth of investigation"
    try:
        with progress_shown("inversion"):
            return depth_of_investigation(solution, checkpoint=checkpoint), ""
    except KeyboardInterrupt:
        return None, "interrupted before there was a depth of investigation"
    except (InputError, MemoryError) as error:
        return None, f"{error}: there is no depth of investigation"


def say_investigation(found: DepthOfInvestigation, operator: Any) -> None:
    """Print how much of the mesh the data decide on, what was assumed and what may be wrong."""
    from geoinv.inversion.depth_of_investigation import CUTOFF

    active = operator.mesh.active
    share = 100.0 * float(np.mean(found.index[active] <= CUTOFF))
    say("depth of", f"investigation: the data decide on {share:.3g} % of the active cells (index up to {CUTOFF:g})")
    say("assumed", "\n".join(found.assumptions))
    if found.doubts:
        say("doubts", "\n".join(found.doubts))
