"""What a joint inversion is given: data sets, and what is asked of each property."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, array_of, positive
from geoinv.regularizers.base import Regularizer

__all__ = ["DataSet", "Property", "checked_data_sets", "checked_properties"]


@dataclass(frozen=True, eq=False)
class DataSet:
    """Data of one kind, and the physics that they are of.

    Parameters
    ----------
    operator : LinearOperator
        A, with a mesh; its ``unknown`` names the property that the data tell of.
    data : array
        Observed data of ``A.range_shape``, or (stations,) for one component.
    uncertainty : array or float
        Standard deviations; same shapes, or one number.
    base_level : float or str
        Constant in the data of each component, as :func:`geoinv.invert` takes it.
    target : float
        chi^2/N to reach.
    name : str
        What the data are called in messages and in the result; the components by default.
    """

    operator: LinearOperator
    data: npt.ArrayLike
    uncertainty: npt.ArrayLike
    base_level: float | str = "none"
    target: float = 1.0
    name: str = ""

    @property
    def unknown(self) -> str:
        """Property that the data tell of."""
        return str(getattr(self.operator, "unknown", ""))

    @property
    def mesh(self) -> Any:
        """Cells of the model, or None."""
        return getattr(self.operator, "mesh", None)


@dataclass(frozen=True, eq=False)
class Property:
    """What is asked of the model of one property besides fitting its data.

    Parameters
    ----------
    regularizer : Regularizer, optional
        phi, with its reference and weights; :class:`geoinv.Smooth` by default.
    bounds : (array or float, array or float)
        Lowest and highest value of the model, by cell if need be.
    """

    regularizer: Regularizer | None = None
    bounds: tuple[npt.ArrayLike, npt.ArrayLike] = (-np.inf, np.inf)


def checked_data_sets(data_sets: Sequence[DataSet]) -> dict[str, list[int]]:
    """Places of the data sets of each property, in their order.

    Raises
    ------
    InputError
        If they are no data sets, one alone, without a mesh or on different ones, or of vectors.
    """
    if not (isinstance(data_sets, Sequence) and all(isinstance(one, DataSet) for one in data_sets)):
        raise InputError("invert_jointly expects a list of geoinv.DataSet; give one for each survey")
    if len(data_sets) < 2:
        raise InputError(
            f"invert_jointly expects two data sets or more, got {len(data_sets)}; invert a single one with invert"
        )
    mesh = data_sets[0].mesh
    places: dict[str, list[int]] = {}
    for number, one in enumerate(data_sets):
        A: Any = one.operator
        if not (isinstance(A, LinearOperator) and one.mesh is not None and one.unknown):
            raise InputError(
                "invert_jointly expects operators that are linear and have a mesh and an unknown, as geoinv.operators "
                f"makes them, got {getattr(A, 'name', type(A).__name__)} as number {number + 1}"
            )
        if A.domain_shape != one.mesh.shape:
            raise InputError(
                f"invert_jointly expects one value a cell, got a vector ({one.unknown}) as number {number + 1}; "
                "invert it with invert"
            )
        if not (one.mesh.same_places(mesh) and np.array_equal(one.mesh.active, mesh.active)):
            raise InputError(
                "invert_jointly expects all data sets on one mesh with the same active cells, got another one for "
                f"number {number + 1}; make the operators on the same mesh"
            )
        positive(
            "invert_jointly",
            "target",
            array_of("invert_jointly", "target", one.target, shape=()),
            "give a chi^2 per datum, such as 1",
        )
        places.setdefault(one.unknown, []).append(number)
    return places


def checked_properties(properties: Mapping[str, Property] | None, unknowns: Sequence[str]) -> dict[str, Property]:
    """What is asked of each property, the usual where nothing is given.

    Raises
    ------
    InputError
        If something is asked of a property that no data tell of.
    """
    given = dict(properties or {})
    for name, asked in given.items():
        if name not in unknowns:
            raise InputError(
                f"invert_jointly expects properties that data tell of ({', '.join(unknowns)}), got {name!r}"
            )
        if not isinstance(asked, Property):
            raise InputError(f"invert_jointly expects a geoinv.Property for {name}, got {type(asked).__name__}")
    return {name: given.get(name, Property()) for name in unknowns}
