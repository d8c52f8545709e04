"""What to doubt in a solution, as far as its file tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoinv.conventions.variables import INVESTIGATION_INDEX
from geoinv.view.caption import crs_named
from geoinv.view.residual_by_line import lines_told
from geoinv.view.sides import sides_told
from geoinv.view.subject import Subject
from geoinv.view.wording import plain_text

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["doubts_of"]

_LONGEST = 2000


def doubts_of(solution: xr.Dataset, subject: Subject) -> list[str]:
    """Sentences about what a reader should not take for granted, the gravest first."""
    found = []
    status, _, more = str(solution.attrs.get("status", "")).partition("; ")
    if status and str(solution.attrs.get("reached", "1")) in ("0", "False"):
        found.append(f"The inversion did not reach its target: {plain_text(status, _LONGEST)}.")
    if more:
        found.append(f"{_sentence(plain_text(more, _LONGEST))}.")
    model = subject.model
    if model is None:
        return found
    sides = sides_told(model)
    if sides:
        found.append(f"{_sentence(sides)}.")
    lines = lines_told(solution)
    if lines:
        found.append(lines)
    if model.left_out:
        found.append(f"The pictures show an octree {model.left_out}.")
    if INVESTIGATION_INDEX not in solution.variables and not model.statistics:
        found.append(
            "Neither a depth of investigation nor samples are recorded: this file does not tell how deep the data see, "
            "nor how far other models that fit them differ."
        )
    if not crs_named(solution):
        found.append("The coordinate system is not stated.")
    found.append(
        "Many models fit the same data. Between them the regularizer has chosen: edges are as sharp, and values as "
        "high, as it lets them be, and depths follow from its weighting as well as from the data."
    )
    return found


def _sentence(text: str) -> str:
    """Text with a capital, without a stop."""
    return (text[:1].upper() + text[1:]).rstrip(".")
