"""Inversion over the processes of MPI."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.interrupts import interrupts_held
from geoinv.core.whole import in_slabs
from geoinv.core.wording import way
from geoinv.inversion.invert import invert as invert_slab
from geoinv.inversion.solution import Solution
from geoinv.parallel.slab_operator import SlabOperator, WholeOperator
from geoinv.regularizers.base import Regularizer, SumOfRegularizers
from geoinv.regularizers.held import Held
from geoinv.regularizers.smooth import Smooth
from geoinv.regularizers.sparse import Sparse
from geoinv.regularizers.total_variation import TotalVariation

__all__ = ["invert"]

SPLIT = (Smooth, Sparse, TotalVariation)
"""Regularizers all of whose sums over cells are sums over slabs."""


def invert(
    A: SlabOperator,
    data: npt.ArrayLike,
    uncertainty: npt.ArrayLike,
    regularizer: Regularizer | None = None,
    bounds: tuple[npt.ArrayLike, npt.ArrayLike] = (-np.inf, np.inf),
    initial: npt.ArrayLike | None = None,
    **arguments: Any,
) -> Solution | None:
    """Find the simplest model that fits the data, as :func:`geoinv.invert` does, with a slab of it in each process.

    Every process calls it with the same arguments.

    Parameters
    ----------
    A : SlabOperator
        Of :func:`geoinv.parallel.split`.
    data, uncertainty
        All data, as :func:`geoinv.invert` takes them.
    regularizer : Regularizer, optional
        Smooth (by default), Sparse, TotalVariation or a sum of these, their arrays over the whole mesh.
    bounds, initial
        Numbers, or arrays over the whole mesh.
    **arguments
        The others of :func:`geoinv.invert`; a checkpoint is a file of this process's slab, another one in each, and an
        inversion goes on with as many processes as it began with.

    Returns
    -------
    Solution or None
        In the first process that of the whole mesh, whose operator tells of mesh and survey but cannot be applied;
        None in the others.

    Raises
    ------
    InputError
        As :func:`geoinv.invert` does, and for other operators and regularizers.
    """
    if not isinstance(A, SlabOperator):
        raise InputError(
            f"geoinv.parallel.invert expects an operator of geoinv.parallel.split, got {type(A).__name__}; split "
            "it, or take geoinv.invert"
        )
    phi = _part_of_regularizer(A, Smooth() if regularizer is None else regularizer)
    limits: Any = tuple(_part(A, bound) for bound in bounds) if isinstance(bounds, (tuple, list)) else bounds
    start = None if initial is None else _part(A, initial)
    with interrupts_held() as held, in_slabs(replace(A.slabs, held=held)), A.slabs.team.ending_together():
        solution = invert_slab(A, data, uncertainty, phi, limits, initial=start, **arguments)
        model = A.slabs.gathered(solution.model)
    if model is None:
        return None
    return replace(solution, operator=WholeOperator(A), model=model, problem=None, z=None)


def _part(A: SlabOperator, values: Any) -> Any:
    """Slab of values over the whole mesh, or over its models; anything else as it is."""
    array = np.asarray(values)
    whole = A.mesh.whole.shape
    return A.slabs.part_of(array) if array.shape in (whole, (3, *whole)) else values


def _part_of_regularizer(A: SlabOperator, phi: Regularizer) -> Any:
    """Regularizer of this process's slab.

    Raises
    ------
    InputError
        If it is another than those whose sums are sums over slabs.
    """
    if isinstance(phi, SumOfRegularizers):
        return replace(phi, terms=tuple((factor, _part_of_regularizer(A, term)) for factor, term in phi.terms))
    if type(phi) not in SPLIT:
        names = ", ".join(kind.__name__ for kind in SPLIT)
        name = getattr(phi, "__name__", type(phi).__name__)
        raise InputError(
            f"an inversion over several processes expects {names} or sums of them, got {name}; take "
            f"{way('such as --regularizer smooth or compact', 'one of these')}, or one process"
        )
    assert isinstance(phi, Smooth)
    weighting = phi.weighting if isinstance(phi.weighting, str) else _part(A, phi.weighting)
    held = None if phi.held is None else Held(_part(A, phi.held.values), _part(A, phi.held.weights))
    return replace(phi, reference=_part(A, phi.reference), weighting=weighting, held=held)
