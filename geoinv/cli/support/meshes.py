"""The mesh of a command: that of a file, or one made for the survey, cut by the topography, with lines about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import typer

from geoinv.cli.support.stations import say_coverage
from geoinv.cli.support.terminal import say, say_notes, warn
from geoinv.core.checks import InputError

if TYPE_CHECKING:
    from geoinv.meshes.base import Mesh
    from geoinv.meshes.topography import Topography
    from geoinv.surveys.survey import Survey

__all__ = ["MeshKind", "MeshOption", "load_mesh", "mesh_for", "refuse_impossible_choice", "say_mesh"]

MeshKind = Literal["tensor", "octree"]

MeshOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Mesh: UBC tensor or OcTree, or netCDF.")]


def refuse_impossible_choice(mesh: Path | None, cell: float | None, depth: float | None, kind: str | None) -> None:
    """Reject options that name no mesh, or two.

    Raises
    ------
    typer.BadParameter
        If there is neither a file nor a cell size with a depth, or both, or a kind for a file.
    """
    if (mesh is None) == (cell is None) or (cell is None) != (depth is None):
        raise typer.BadParameter(
            "the mesh expects either --mesh FILE or --cell SIZE with --depth D; give one of the two"
        )
    if mesh is not None and kind is not None:
        raise typer.BadParameter(
            f"--mesh-kind expects --cell SIZE with --depth D, got --mesh {mesh}, which says itself what it is; leave "
            "out one of the two"
        )


def load_mesh(path: Path) -> Mesh:
    """Mesh of a file, and a line about it; one without an active cell is rejected."""
    from geoinv.formats import collected, read_mesh, recognise

    with collected() as notes:
        mesh = read_mesh(path)
    if not mesh.active.any():
        raise InputError(
            f"{path} expects a mesh with active cells, got none of {mesh.size}; give cells below the ground"
        )
    say_mesh(f"{path}: {recognise(path).name}", mesh)
    say_notes(notes)
    return mesh


def say_mesh(name: str, mesh: Mesh) -> None:
    """Print the cells of a mesh in one line."""
    active = int(mesh.active.sum())
    cells = " x ".join(map(str, mesh.shape)) + " cells"
    axes = f" ({', '.join(mesh.dims)})" if len(mesh.dims) > 1 else ""
    say("mesh", f"{name}, {cells}{axes}, {active if active < mesh.size else 'all'} active")


def mesh_for(
    survey: Survey,
    path: Path | None,
    cell: float | None,
    depth: float | None,
    ground: Topography | None,
    kind: str | None = None,
) -> Mesh:
    """Mesh of a file or made for the survey, cut by the topography."""
    from geoinv.meshes.stations import below_stations, stations_below

    if path is not None:
        mesh = load_mesh(path)
        if ground is None:
            return mesh
        below = mesh.with_topography(ground)
        doubt = stations_below(survey, ground, 0.5 * mesh.smallest_width("upward"))
        if doubt:
            warn(doubt)
        mesh = below_stations(below, survey)
        freed = int(below.active.sum() - mesh.active.sum())
        also = f"; {freed} more are cut away since they rise above a station" if freed else ""
        say("", f"{int(mesh.active.sum())} active below the ground{also}")
    else:
        assert cell is not None, "one of mesh and cell is given"
        assert depth is not None, "depth comes with cell"
        mesh = (_octree if kind == "octree" else _tensor)(survey, cell, depth, ground)
        if ground is None:
            level = mesh.bounds["upward"][1]
            say("", f"flat ground at {level:.10g} m, half a cell below the lowest station")
            return mesh
        freed = _cut_around_stations(mesh, ground)
        also = f"; {freed} more, {cell:g} m thick, are cut away since they rise above a station" if freed else ""
        say("", f"{int(mesh.active.sum())} active below the ground{also}")
    say_coverage(mesh, survey, ground)
    return mesh


def _tensor(survey: Survey, cell: float, depth: float, ground: Topography | None) -> Mesh:
    """Cubes padded sideways, and lines about them."""
    from geoinv.surveys.mesh_for_survey import mesh_for_survey, padding_for

    grid = mesh_for_survey(survey, cell, depth, ground)
    say_mesh(f"cubes of {cell:g} m made for the survey", grid)
    padding = padding_for(cell, depth)
    widths = " ".join(map(str, padding))
    say("", f"padded sideways by cells {widths} times as wide, {cell * sum(padding):g} m on each side")
    return grid


def _octree(survey: Survey, cell: float, depth: float, ground: Topography | None) -> Mesh:
    """Octree, and lines about it."""
    from geoinv.meshes.octree import OctreeGrid

    mesh = OctreeGrid.for_survey(survey, cell, depth, ground)
    widest = cell * int(mesh.width.max())
    say_mesh(f"octree of cubes of {cell:g} to {widest:g} m made for the survey", mesh)
    finest = int((mesh.width == 1).sum())
    sides = " x ".join(f"{high - low:g}" for low, high in mesh.bounds.values())
    say("", f"{finest} of {cell:g} m near the ground and the stations, box of {sides} m (upward, northing, easting)")
    return mesh


def _cut_around_stations(mesh: Mesh, ground: Topography) -> int:
    """Cells below the ground that were cut from a mesh made for the survey, so that no station is inside one."""
    below = mesh.with_active(np.ones(mesh.shape, bool)).with_topography(ground)
    return int(below.active.sum() - mesh.active.sum())
