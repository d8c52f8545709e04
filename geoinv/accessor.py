"""The accessor ``dataset.geoinv`` of xarray, for solutions, models and surveys.

It is there as soon as anything of geoinv that knows xarray has been used; ``import geoinv.accessor`` brings it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from geoinv.core.checks import InputError

if TYPE_CHECKING:
    import discretize
    import pyvista as pv
    from matplotlib.figure import Figure

    from geoinv.meshes.base import Mesh

__all__ = ["GeoinvAccessor", "Page"]

PAGE_HEIGHT = 640
"""Pixels of a page in a notebook."""


class Page:
    """A page that a notebook shows in a frame of its own.

    Parameters
    ----------
    text : str
        HTML of the page.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_html_(self) -> str:
        from html import escape

        style = f"width:100%;height:{PAGE_HEIGHT}px;border:0"
        return f'<iframe srcdoc="{escape(self.text, quote=True)}" sandbox="allow-scripts" style="{style}"></iframe>'


@xr.register_dataset_accessor("geoinv")  # type: ignore[no-untyped-call]
class GeoinvAccessor:
    """What can be seen and made of a Dataset of geoinv.

    Parameters
    ----------
    data : xarray.Dataset
        Such as :meth:`geoinv.Solution.to_xarray` gives, or ``xarray.open_dataset`` of a file of :func:`geoinv.invert`.

    Examples
    --------
    >>> import numpy as np
    >>> import geoinv
    >>> mesh = geoinv.Grid.regular((2, 3, 4), (10.0, 10.0, 10.0), (-20.0, 0.0, 0.0))
    >>> mesh.to_xarray(susceptibility=np.zeros(mesh.shape)).geoinv.grid.shape
    (2, 3, 4)
    """

    def __init__(self, data: xr.Dataset) -> None:
        self._data = data

    @property
    def grid(self) -> Mesh:
        """Mesh of the model: a Grid or an OctreeGrid."""
        from geoinv.meshes.of_dataset import mesh_of

        return mesh_of(self._data)

    def plot(self, **options: Any) -> Figure:
        """Maps, sections and bodies, as :func:`geoinv.view.figure` draws them, with its options."""
        from geoinv.view.picture import figure

        return figure(self._data, **options)

    def section(self, where: str, **options: Any) -> Figure:
        """The same, cut at ``"east=E,north=N,depth=D,line=E1:N1,E2:N2"``, each in metres and optional."""
        return self.plot(section=where, **options)

    def view(self, part: str | None = None) -> Page:
        """Scene that can be turned, for a notebook: what ``geoinv view FILE --html`` writes."""
        from geoinv.view.page import page_of

        return Page(page_of(self._data, part=part))

    def to_pyvista(self) -> pv.DataSet:
        """Mesh of PyVista with every model of the Dataset."""
        from geoinv.formats.netcdf_content import model_names
        from geoinv.meshes.of_dataset import model_values

        names = model_names(self._data)
        if not names:
            raise InputError("to_pyvista expects a Dataset with a model, got one without; give a solution or a model")
        models = {name: model_values(self._data, self._data[name]).values for name in names}
        return self.grid.to_pyvista(**models)

    def to_discretize(self) -> discretize.TensorMesh | discretize.TreeMesh:
        """Mesh of discretize, without its models."""
        mesh: Any = self.grid
        made: discretize.TensorMesh | discretize.TreeMesh = mesh.to_discretize()
        return made
