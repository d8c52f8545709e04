"""The options of constraints: ``--by-cell``, ``--layer``, ``--body``, ``--holes``, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from geoinv.cli.support.terminal import say, say_notes
from geoinv.core.checks import InputError

if TYPE_CHECKING:
    from geoinv.constraints.applied import Constrained
    from geoinv.constraints.said import Constraint
    from geoinv.conventions.quantities import Quantity
    from geoinv.meshes.base import Mesh

__all__ = ["BodyOption", "CellsOption", "GivenConstraints", "HolesOption", "LayerOption", "say_held"]

_INSIDE = "value=V (held there softly), weight=W (how firmly; 1 as --reference), low=L and high=H (bounds)"

CellsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--by-cell",
        metavar="low=FILE,high=FILE,value=FILE,weight=FILE",
        help="Bounds, reference and its weight cell by cell: models on the mesh, or numbers. Applied before layers, "
        "bodies and holes; where several speak of a cell the last one counts.",
        show_default=False,
    ),
]
LayerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--layer",
        metavar="FILE,value=V,...",
        help=f"Top of a layer (points or a grid, as --topo) and what its rock is down to the next --layer: {_INSIDE}. "
        "May be repeated, from the top down.",
        show_default=False,
    ),
]
BodyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--body",
        metavar="FILE,value=V,...",
        help=f"Closed surface (STL, OBJ, GOCAD TSurf) and what the rock inside is: {_INSIDE}, share=S (of a cell that "
        "must be inside, 0.5). May be repeated.",
        show_default=False,
    ),
]
HolesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--holes",
        metavar="COLLARS,SURVEYS,INTERVALS,...",
        help="Drill holes: tables of hole_id, easting, northing, elevation, depth; hole_id, depth, azimuth, dip; "
        "hole_id, from, to, value, uncertainty. Further: uncertainty=S where the table has none, background=V to "
        "subtract, column=NAME of the values, dip=down|up (sign of a dip that points down), hard=yes (bounds as well).",
        show_default=False,
    ),
]

_NUMBERS = frozenset({"value", "weight", "low", "high", "share", "uncertainty", "background"})


@dataclass(frozen=True)
class GivenConstraints:
    """What the options ask for, before a mesh is known.

    Parameters
    ----------
    constraints : tuple of Constraint
        In the order in which they are applied.
    files : tuple of Path
        Their files.
    """

    constraints: tuple[Constraint, ...] = ()
    files: tuple[Path, ...] = ()

    @classmethod
    def of(
        cls,
        cells: Sequence[str] | None,
        layers: Sequence[str] | None,
        bodies: Sequence[str] | None,
        holes: Sequence[str] | None,
    ) -> GivenConstraints:
        """Constraints that the texts of the options name.

        Raises
        ------
        InputError
            If a text is not of files and settings that its option knows.

        Examples
        --------
        >>> given = GivenConstraints.of(None, None, ["stock.stl,low=0.01,high=0.1"], None)
        >>> given.constraints[0].bounds, [str(path) for path in given.files]
        ((0.01, 0.1), ['stock.stl'])
        """
        from geoinv.constraints.body import Body
        from geoinv.constraints.cells import Cells
        from geoinv.constraints.holes import DrillHoles
        from geoinv.constraints.layers import Layer, Layers

        inside = ("value", "weight", "low", "high")
        made: list[Constraint] = []
        files: list[Path] = []

        def each(
            option: str, texts: Sequence[str] | None, count: int, known: tuple[str, ...], make: Callable[..., Any]
        ) -> Any:
            found = []
            for text in texts or ():
                paths, settings = _parsed(option, text, count, known)
                files.extend(paths)
                found.append(make(*paths, **_in_bounds(settings)))
            return found

        for text in cells or ():
            _, settings = _parsed("--by-cell", text, 0, inside, files=True)
            files += [part for part in settings.values() if isinstance(part, Path)]
            names = {"low": "lower", "high": "upper"}
            made.append(Cells(**{names.get(name, name): part for name, part in settings.items()}))
        found = each("--layer", layers, 1, inside, Layer)
        made += [Layers(tuple(found))] if found else []
        made += each("--body", bodies, 1, (*inside, "share"), Body)
        made += each("--holes", holes, 3, ("uncertainty", "background", "column", "dip", "hard"), DrillHoles)
        return cls(tuple(made), tuple(files))

    def applied(
        self, mesh: Mesh, bounds: tuple[float, float], reference: Any, quantity: Quantity
    ) -> Constrained | None:
        """What they make of a mesh, and lines about it; None where none is given.

        Raises
        ------
        InputError
            If the model is a vector, or one of them cannot be applied.
        """
        from geoinv.constraints.applied import apply_constraints
        from geoinv.formats import collected

        if not self.constraints:
            return None
        if quantity.name == "magnetization":
            raise InputError(
                "--by-cell, --layer, --body and --holes expect one number a cell, got --unknown magnetization, a "
                "vector; leave them out"
            )
        with collected() as notes:
            known = apply_constraints(mesh, self.constraints, bounds, np.nan_to_num(reference), quantity.name)
        say_notes(notes)
        for said in known.said:
            say("known", f"{said.name}: {said.what}")
        return known


def say_held(known: Constrained, model: npt.NDArray[np.float64]) -> None:
    """Say how many drilled cells a model agrees with."""
    agree, measured = known.within_uncertainty(model)
    if measured:
        say("holes", f"{agree} of {measured} drilled cells within the uncertainty of what was measured")


def _parsed(
    option: str, text: str, count: int, known: tuple[str, ...], files: bool = False
) -> tuple[list[Path], dict[str, Any]]:
    """Files and settings of an option's text; settings may be files where `files` says so."""
    parts = [part.strip() for part in text.split(",")]
    names = [part.partition("=")[0].strip() for part in parts]
    leading = next(
        (place for place, name in enumerate(names) if "=" in parts[place] and name.isidentifier()), len(parts)
    )
    expected = f"{'FILE,' * count}{'=...,'.join(known)}=..."
    if leading != count or not all(parts[:leading]) or "\0" in text:
        raise InputError(
            f"{option} expects {count or 'no'} file{'s' * (count != 1)} and then settings, as in {expected}, got "
            f"{text!r}"
        )
    settings: dict[str, Any] = {}
    for name, part in zip(names[leading:], parts[leading:], strict=True):
        value = part.partition("=")[2].strip()
        if name not in known or name in settings or not value:
            raise InputError(f"{option} expects settings among {', '.join(known)}, each once, got {part!r} in {text!r}")
        settings[name] = _value(option, name, value, files)
    return [Path(part) for part in parts[:leading]], settings


def _value(option: str, name: str, text: str, files: bool) -> Any:
    """Number, file, or word of a setting."""
    if name == "hard":
        if text not in ("yes", "no"):
            raise InputError(f"{option} expects hard=yes or hard=no, got {text!r}")
        return text == "yes"
    if name not in _NUMBERS:
        return text
    try:
        number = float(text)
    except ValueError:
        if files:
            return Path(text)
        raise InputError(f"{option} expects {name} as a number, got {text!r}") from None
    if math.isnan(number):
        raise InputError(f"{option} expects {name} as a number, got {text!r}")
    return number


def _in_bounds(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that settings stand for: low and high are bounds."""
    arguments = {name: part for name, part in settings.items() if name not in ("low", "high", "column")}
    if "column" in settings:
        arguments["value"] = settings["column"]
    if "low" in settings or "high" in settings:
        arguments["bounds"] = settings.get("low", -math.inf), settings.get("high", math.inf)
    return arguments
