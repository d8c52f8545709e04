"""The option --susceptibility of ``geoinv invert --unknown magnetization``: what of the magnetization is remanent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from geoinv.cli.support.inputs import load_reference
from geoinv.cli.support.plausible import reference_of
from geoinv.cli.support.terminal import say
from geoinv.core.checks import InputError

if TYPE_CHECKING:
    import xarray as xr

    from geoinv.conventions.quantities import Quantity
    from geoinv.inversion.solution import Solution
    from geoinv.meshes.base import Mesh

__all__ = ["SusceptibilityOption", "add_remanence", "load_susceptibility", "susceptibility_of"]

Array = npt.NDArray[np.float64]

SusceptibilityOption = Annotated[
    str | None,
    typer.Option(
        metavar="CHI",
        help="With --unknown magnetization: known susceptibility (SI), a number or a file on the same mesh. The result "
        "then holds the remanent magnetization and the Koenigsberger ratio, remanent over induced.",
    ),
]

ATTRIBUTES = {
    "remanence_amplitude": ("A m-1", "strength of the remanent magnetization"),
    "remanence_inclination": ("degrees", "inclination of the remanent magnetization, positive down"),
    "remanence_declination": ("degrees", "declination of the remanent magnetization, clockwise from north"),
    "koenigsberger_ratio": ("1", "Koenigsberger ratio, remanent over induced magnetization"),
}
"""Unit and long name of what is added to a result."""


def susceptibility_of(text: str | None, quantity: Quantity) -> float | Path | None:
    """Susceptibility that the option names: a number, or a file.

    Raises
    ------
    InputError
        If no magnetization is sought, or the number is not finite.
    """
    if text is None:
        return None
    if quantity.name != "magnetization":
        raise InputError(
            f"--susceptibility expects --unknown magnetization, whose remanent part it tells, got {quantity.name}; "
            "leave it out"
        )
    return reference_of(text, "--susceptibility")


def load_susceptibility(given: float | Path, mesh: Mesh) -> Array | float:
    """Susceptibility of the active cells, 0 in others; a line about its file."""
    from geoinv.conventions.quantities import QUANTITIES

    chi = load_reference(given, mesh, QUANTITIES["susceptibility"], "susceptibility")
    if isinstance(chi, float):
        return chi
    if not np.isfinite(chi[mesh.active]).all():
        lacking = int((~np.isfinite(chi[mesh.active])).sum())
        raise InputError(f"{given} expects a susceptibility in every active cell, got none in {lacking}; give 0 there")
    return np.where(mesh.active, chi, 0.0)


def add_remanence(result: xr.Dataset, solution: Solution, susceptibility: Array | float) -> xr.Dataset:
    """Result with the remanent magnetization and the Koenigsberger ratio, and a line about it."""
    from geoinv.conventions.directions import amplitude_and_angles
    from geoinv.surveys.remanence import remanent_part

    operator: Any = solution.operator
    mesh, field = operator.mesh, operator.survey.main_field
    remanent, ratio = remanent_part(solution.model, susceptibility, field)
    parts = dict(zip(ATTRIBUTES, (*amplitude_and_angles(remanent), ratio), strict=True))
    cells = mesh.to_xarray(**parts)
    for name, (unit, long_name) in ATTRIBUTES.items():
        result[name] = cells[name].assign_attrs(units=unit, long_name=long_name)
    sizes = np.linalg.norm(solution.model, axis=0)
    strong = mesh.active & (sizes >= 0.5 * sizes[mesh.active].max())
    say("remanence", f"Koenigsberger ratio {float(np.median(ratio[strong])):.3g}, the median of the strongest cells")
    return result
