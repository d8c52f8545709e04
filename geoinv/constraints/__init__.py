"""What is known of the ground beside the data: bounds and values by cell, layer, body and drill hole.

>>> from geoinv.constraints import Body, DrillHoles, apply_constraints  # doctest: +SKIP
>>> known = apply_constraints(mesh, [Body("stock.stl", bounds=(0.01, 0.1)),
...     DrillHoles("collars.csv", "surveys.csv", "intervals.csv")], bounds=(0.0, np.inf))  # doctest: +SKIP
>>> solution = geoinv.invert(A, data, uncertainty, known.regularizer(), bounds=known.bounds)  # doctest: +SKIP
"""

from __future__ import annotations

from geoinv.constraints.applied import Constrained, apply_constraints
from geoinv.constraints.body import Body
from geoinv.constraints.cells import Cells
from geoinv.constraints.holes import DrillHoles
from geoinv.constraints.layers import Layer, Layers
from geoinv.constraints.record import recorded

__all__ = ["Body", "Cells", "Constrained", "DrillHoles", "Layer", "Layers", "apply_constraints", "recorded"]
