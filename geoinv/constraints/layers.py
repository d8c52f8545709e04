"""Layers: surfaces that part a mesh from the top down, and what is known of the rock between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.constraints.said import Interior, Said, refuse_beside
from geoinv.core.checks import InputError
from geoinv.formats.notes import note
from geoinv.formats.reading import read_topography
from geoinv.formats.text import naming
from geoinv.meshes.base import Mesh
from geoinv.meshes.topography import Topography

__all__ = ["Layer", "Layers"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """A layer: its top, and what is known of the rock from there down to the next one.

    Parameters
    ----------
    top : str, Path, array or Topography
        Upper surface: points (easting, northing, elevation) in metres or a grid, in any file that holds topography.
    value, weight, bounds
        As of :class:`geoinv.constraints.body.Body`; a layer may have none, and then only ends the one above.
    """

    top: Any
    value: float | None = None
    weight: float = 1.0
    bounds: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """Its file, or what it is."""
        return str(self.top) if isinstance(self.top, (str, Path)) else "the layer"

    def surface(self) -> Topography:
        """Its top.

        Raises
        ------
        InputError
            If the file holds no surface.
        """
        points = read_topography(self.top) if isinstance(self.top, (str, Path)) else self.top
        with naming(self.name):
            return Topography.of(points)


@dataclass(frozen=True)
class Layers:
    """Layers from the top down.

    A cell belongs to the layer that its centre lies in; those above the first surface stay as they are. Surfaces are
    linear between their points and go on beyond them as the nearest point has it.

    Parameters
    ----------
    layers : sequence of Layer
        From the top down.

    Raises
    ------
    InputError
        When they are applied: if surfaces cross, one does not lie over the mesh, or a layer that something is said of
        holds no active cell.

    Examples
    --------
    >>> import geoinv
    >>> grid = geoinv.Grid.regular((4, 1, 1), (10.0, 10.0, 10.0))
    >>> flat = lambda height: [[0.0, 0.0, height], [10.0, 10.0, height]]
    >>> layers = Layers((Layer(flat(30.0), value=100.0), Layer(flat(10.0), bounds=(300.0, 500.0))))
    >>> [said.cells.tolist() for said in layers.said_of(grid, np.zeros(grid.shape), "density")]
    [[1, 2], [0]]
    """

    layers: Sequence[Layer]

    def said_of(self, mesh: Mesh, reference: Array, quantity: str) -> Sequence[Said]:
        """What they say of the active cells; see :class:`geoinv.constraints.said.Constraint`."""
        if not self.layers or not all(isinstance(layer, Layer) for layer in self.layers):
            raise InputError(f"Layers expect a sequence of Layer from the top down, got {self.layers!r}")
        easting, northing, upward = mesh.centres
        tops = []
        for layer in self.layers:
            surface = layer.surface()
            refuse_beside(layer.name, mesh, surface.points[:, :2])
            outside = 1.0 - float(np.mean(surface.covers(*mesh.columns())))
            if outside > 0.0:
                note(
                    "",
                    f"{layer.name}: beyond its points, at {100.0 * outside:.3g} % of the columns of the mesh, it goes "
                    "on as the nearest point has it",
                )
            tops.append(np.broadcast_to(surface.elevation(easting, northing), mesh.shape))
        found = []
        for place, (layer, top) in enumerate(zip(self.layers, tops, strict=True)):
            below = tops[place + 1] if place + 1 < len(tops) else None
            if below is not None:
                self._refuse_crossing(mesh, place, top, below)
            if layer.value is None and layer.bounds is None:
                continue
            inside = Interior(layer.value, layer.weight, layer.bounds).checked(layer.name, quantity)
            within = (upward < top) & mesh.active
            if below is not None:
                within &= upward >= below
            cells = np.flatnonzero(within)
            if not cells.size:
                low, high = mesh.bounds["upward"]
                raise InputError(
                    f"{layer.name} expects active cells of the layer below it, got none: the surface stands at "
                    f"{top.min():.10g} to {top.max():.10g} m in a mesh from {low:.10g} to {high:.10g} m; check "
                    "heights, positive up, and that the mesh resolves the layer"
                )
            found.append(inside.over(layer.name, f"{cells.size} cells with their centre in the layer", cells))
        if not found:
            raise InputError("Layers expect a value or bounds of one of them, got none; say what the rock is")
        return found

    def _refuse_crossing(self, mesh: Mesh, place: int, top: Array, below: Array) -> None:
        """Reject two surfaces of which the lower one rises above the upper one somewhere over the mesh."""
        crossing = below > top + mesh.rounding("upward")
        if crossing.any():
            easting, northing, _ = (np.broadcast_to(centre, mesh.shape)[crossing][0] for centre in mesh.centres)
            upper, lower = self.layers[place].name, self.layers[place + 1].name
            part = 100.0 * float(np.mean(crossing))
            raise InputError(
                f"{lower} expects a surface below {upper}, got one above it at {part:.2g} % of the cells, first at "
                f"easting {easting:.10g}, northing {northing:.10g} ({below[crossing][0]:.6g} over "
                f"{top[crossing][0]:.6g} m); cut the lower surface off there, or give layers from the top down"
            )
