"""A synthetic geological model: susceptibility under a ground, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geoinv.datasets.geology.ground import around_columns
from geoinv.meshes.tensor import Grid
from geoinv.surveys.main_field import MainField
from geoinv.surveys.remanence import VACUUM

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["REFERENCE_INTENSITY", "Geology"]

Array = npt.NDArray[np.float64]

REFERENCE_INTENSITY = 50_000.0
"""nT: the field in which the Koenigsberger ratios of remanent bodies are counted."""


@dataclass(frozen=True, eq=False)
class Geology:
    """Model of :class:`geoinv.datasets.RandomGeology`.

    Attributes
    ----------
    grid : Grid
        Cells with their centre below the ground are active.
    susceptibility : (upward, northing, easting) array
        SI; 0 in the host rock and above the ground.
    ground : (northing + 2, easting + 2) array
        Elevation in metres above the middle of each column, and of one more at each side.
    kinds : tuple of str
        What happened, the oldest first.
    remanent : (3, upward, northing, easting) array or None
        Remanent magnetization (easting, northing, upward) in A/m; None where no kind has one.
    seed, index : int
        Of the stream, and which of its models this is.
    """

    grid: Grid
    susceptibility: Array
    ground: Array
    kinds: tuple[str, ...]
    remanent: Array | None
    seed: int
    index: int

    @property
    def topography(self) -> Array:
        """Points (n, 3) of the ground: easting, northing, elevation in metres."""
        easting, northing = np.meshgrid(*around_columns(self.grid))
        return np.column_stack([easting.ravel(), northing.ravel(), self.ground.ravel()])

    def magnetization(self, field: MainField) -> Array:
        """Induced and remanent magnetization (3, upward, northing, easting) in A/m, without self-demagnetization."""
        along = 1e-9 * field.intensity / VACUUM * field.direction
        induced = along.reshape(3, 1, 1, 1) * self.susceptibility
        return induced if self.remanent is None else induced + self.remanent

    def apparent_susceptibility(self, field: MainField) -> Array:
        """Susceptibility that comes closest to the magnetization: its component along the field over the field, SI.

        Where nothing is remanent it is the susceptibility; remanent rock may have a negative one.
        """
        if self.remanent is None:
            return self.susceptibility
        along = np.tensordot(field.direction, self.magnetization(field), 1)
        return np.asarray(along * VACUUM / (1e-9 * field.intensity))

    def to_xarray(self) -> xr.Dataset:
        """Model as a CF Dataset: ``susceptibility``, ``elevation`` of the ground, and what it is made of in attributes.

        Remanent models have ``remanent_magnetization_easting, _northing, _upward`` in A/m as well. Cells above the
        ground are NaN and not ``active``.
        """
        from geoinv.conventions import cf
        from geoinv.core.version import __version__

        data = self.grid.to_xarray(susceptibility=self.susceptibility)
        height = {"long_name": "elevation of the ground", "units": "m", "positive": "up"}
        data["elevation"] = (("northing", "easting"), self.ground[1:-1, 1:-1], height)
        if self.remanent is not None:
            for axis, values in zip(("easting", "northing", "upward"), self.remanent, strict=True):
                text = {"long_name": f"remanent magnetization, {axis} component", "units": "A/m"}
                values = np.where(self.grid.active, values, np.nan)
                data[f"remanent_magnetization_{axis}"] = (self.grid.dims, values, text)
        data.attrs.update(
            Conventions=cf.CONVENTIONS,
            title="synthetic geology",
            kinds=", ".join(self.kinds),
            seed=self.seed,
            index=self.index,
            source=f"geoinv {__version__}",
        )
        return data
