"""Equivalent sources: a layer below the stations that makes their field, and from which it follows anywhere above.

:class:`~geoinv.equivalent_sources.sources.EquivalentSources` fits the layer;
:func:`~geoinv.equivalent_sources.grid.grid_of` predicts on a grid what is asked of it.
"""
