"""Grids of what equivalent sources predict, as CF Datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geoinv.equivalent_sources.nodes import Nodes
from geoinv.equivalent_sources.quantities import attributes_of
from geoinv.equivalent_sources.sources import EquivalentSources

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["grid_of"]


def grid_of(
    sources: EquivalentSources,
    nodes: Nodes,
    quantities: Sequence[str] | None = None,
    *,
    pole: bool = False,
    provenance: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Predict quantities on the nodes of a grid.

    Parameters
    ----------
    sources : EquivalentSources
        Fitted.
    nodes : Nodes
        Of :func:`geoinv.equivalent_sources.nodes.nodes_over`.
    quantities : sequence of str, optional
        As :meth:`EquivalentSources.predict` takes them.
    pole : bool
        Reduced to the pole; names of variables end in ``_pole`` then.
    provenance : mapping, optional
        Further attributes, such as the command line.

    Returns
    -------
    xarray.Dataset
        Each quantity over (northing, easting), NaN where a node is too far from the stations, with the heights as
        coordinate ``upward``; the field, how the sources were fitted, and the CRS where the survey has one.

    Raises
    ------
    InputError
        As :meth:`EquivalentSources.predict`.
    """
    import xarray as xr

    from geoinv.conventions import cf
    from geoinv.core.version import __version__

    survey, solution = sources.survey, sources.solution
    names = list(survey.components if quantities is None else quantities)
    values = sources.predict(*nodes.places(), names, pole=pole)
    heights = cf.AXIS_ATTRIBUTES["upward"]
    plain = {key: value for key, value in heights.items() if key != "axis"}
    level: Any = ((), float(nodes.upward[nodes.kept][0])) if nodes.constant else (("northing", "easting"), nodes.upward)
    result = xr.Dataset(
        coords={
            "northing": ("northing", nodes.northing, dict(cf.AXIS_ATTRIBUTES["northing"])),
            "easting": ("easting", nodes.easting, dict(cf.AXIS_ATTRIBUTES["easting"])),
            "upward": (*level, plain),
        }
    )
    base = survey.components[0]
    for name, row in zip(names, values, strict=True):
        plane = np.full(nodes.kept.shape, np.nan)
        plane[nodes.kept] = row
        attributes = attributes_of(name, base, pole)
        result[f"{name}_pole" if pole else name] = (("northing", "easting"), plane, attributes)
    result.attrs.update(
        Conventions=cf.CONVENTIONS,
        title="geoinv grid by equivalent sources",
        source=f"geoinv {__version__}",
        source_depth=sources.fitted.layer.depth,
        source_cell=sources.fitted.layer.cell,
        chi2_per_datum=solution.chi2_per_datum,
        base_level=[float(level) for level in solution.base_level],
        status=solution.status,
        farthest_station=nodes.distance,
        **cf.field_attributes(survey),
    )
    if sources.validation is not None:
        best = sources.validation.best
        result.attrs["cross_validation_error"] = best.error
    result.attrs.update(provenance or {})
    return cf.with_crs(result, survey.crs)
