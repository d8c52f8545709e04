"""What linear and other maps between arrays have in common: shapes, and the names of what stands along them."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoinv.core.checks import shape_text
from geoinv.core.html import html_of

__all__ = ["LabelledMap"]


class LabelledMap:
    """Shapes of a map's domain and range, and the names and coordinates along them.

    Attributes
    ----------
    domain_shape, range_shape : tuple of int
        Shapes of what it takes and gives, without batch dimensions.
    dtype : numpy.dtype
        float32 or float64: precision of what it gives.

    Examples
    --------
    >>> class Doubled(LabelledMap):
    ...     domain_shape = range_shape = (2,)
    ...     dtype = np.dtype("float64")
    ...     domain_names = ("cell",)
    >>> Doubled()
    Doubled: (2,) (cell) to (2,), float64
    """

    domain_shape: tuple[int, ...]
    range_shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def name(self) -> str:
        """What the operator is called in errors."""
        return type(self).__name__

    @property
    def grid(self) -> Any:
        """The mesh of the models under its second name, for an operator that has one."""
        try:
            return self.__dict__["mesh"]
        except KeyError:
            raise AttributeError(f"{self.name} has no mesh") from None

    @grid.setter
    def grid(self, mesh: Any) -> None:
        self.__dict__["mesh"] = mesh

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Names of the domain's dimensions, for errors."""
        return ()

    @property
    def range_names(self) -> tuple[str, ...]:
        """Names of the range's dimensions, for errors."""
        return ()

    @property
    def domain_labels(self) -> dict[str, Any]:
        """Coordinates along the domain's dimensions, as far as they are known, for labelled arrays."""
        labels = getattr(getattr(self, "mesh", None), "labels", {})
        return {axis: labels[axis] for axis in self.domain_names if axis in labels}

    @property
    def range_labels(self) -> dict[str, Any]:
        """Coordinates along the range's dimensions, as far as they are known, for labelled arrays."""
        components = getattr(getattr(self, "survey", None), "components", None)
        return {} if components is None or "component" not in self.range_names else {"component": list(components)}

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return html_of(self.name, repr(self).splitlines())

    def __repr__(self) -> str:
        """Name and shapes."""
        domain = shape_text(self.domain_shape, self.domain_names)
        return f"{self.name}: {domain} to {shape_text(self.range_shape, self.range_names)}, {self.dtype}"
