"""An operator split by slabs of cells: each process has the part of its own layers, and the data are summed."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError
from geoinv.core.memory import SHARE, available_memory
from geoinv.core.wording import way
from geoinv.meshes.tensor import Grid
from geoinv.operators.prisms.operator import PrismOperator
from geoinv.parallel.processes import Team, team
from geoinv.parallel.slab_mesh import SlabMesh
from geoinv.parallel.slabs import LayerSlabs
from geoinv.surveys.station_checks import refuse_stations
from geoinv.surveys.survey import Survey

__all__ = ["SlabOperator", "WholeOperator", "split"]


class SlabOperator(LinearOperator):
    """Operator of prisms over the processes of MPI: ``A = [A_0 A_1 ...]``, a column block in each.

    Its models are those of this process's slab, its data those of the whole mesh, the same in every process. Models
    never move: an application sums the data of all slabs (pylops-mpi's MPIHStack, an Allreduce and a broadcast, after
    which all processes have the same bits), the adjoint moves nothing.

    Parameters
    ----------
    part : PrismOperator
        Operator of this process's slab.
    slab : SlabMesh
        The slab.

    Attributes
    ----------
    mesh : SlabMesh
        The slab.
    survey : Survey
        Stations.
    part : PrismOperator
        As given.
    """

    def __init__(self, part: PrismOperator, slab: SlabMesh) -> None:
        self.part, self.mesh, self.slabs = part, slab, slab.slabs
        self.survey, self.unknown = part.survey, part.unknown
        self.domain_shape, self.range_shape, self.dtype = part.domain_shape, part.range_shape, part.dtype
        self.decay_exponent = part.decay_exponent
        plane = math.prod(self.domain_shape) // self.domain_shape[-3]
        self._sizes = [(layers * plane,) for layers in self.slabs.layers]
        self._communicator = self.slabs.team.counting("sums of data")
        self._stack = _stacked(part, self._communicator)

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        from pylops_mpi import DistributedArray

        whole = sum(size for (size,) in self._sizes)
        images = [
            self._stack.matvec(
                DistributedArray(
                    whole, self._communicator, local_shapes=self._sizes, local_array=np.ascontiguousarray(model).ravel()
                )
            ).local_array
            for model in x
        ]
        return np.asarray(images).reshape(-1, *self.range_shape)

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        from pylops_mpi import DistributedArray, Partition

        # the data are the same in all processes already
        gradients = [
            self._stack.rmatvec(
                DistributedArray(
                    data.size,
                    self._communicator,
                    partition=Partition.UNSAFE_BROADCAST,
                    local_array=np.ascontiguousarray(data).ravel(),
                )
            ).local_array
            for data in y
        ]
        return np.asarray(gradients).reshape(-1, *self.domain_shape)

    def gram_diagonal(self, weights: npt.ArrayLike = 1.0) -> npt.NDArray[np.float64]:
        """Diagonal of ``A' W^2 A`` over this process's slab, see :class:`geoinv.operators.Magnetics`."""
        return self.part.gram_diagonal(weights)

    @property
    def domain_names(self) -> tuple[str, ...]:
        """Names of the model's dimensions."""
        return self.part.domain_names

    @property
    def range_names(self) -> tuple[str, ...]:
        """Names of the data's dimensions."""
        return self.part.range_names

    @property
    def choice(self) -> Any:
        """Engine of this process's slab, and its cost."""
        return self.part.choice

    def __repr__(self) -> str:
        """Processes, and the part of this one."""
        own, count = self.slabs.own, self.slabs.team.size
        return (
            f"{self.part.name} over {count} process{'es' if count > 1 else ''}, here layers {own.start} to "
            f"{own.stop - 1} of {self.slabs.shape[0]}: {self.part!r}"
        )


class WholeOperator(LinearOperator):
    """What a split operator is of, for a solution to tell: the whole mesh, the survey. It cannot be applied.

    Parameters
    ----------
    split : SlabOperator
        Which.
    """

    def __init__(self, split: SlabOperator) -> None:
        self.mesh, self.survey, self.unknown = split.mesh.whole, split.survey, split.unknown
        self.domain_shape = (*split.domain_shape[:-3], *self.mesh.shape)
        self.range_shape, self.dtype = split.range_shape, split.dtype
        self.decay_exponent = split.decay_exponent

    def _forward(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        raise _not_applicable()

    def _adjoint(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        raise _not_applicable()


def _not_applicable() -> InputError:
    return InputError(
        "the operator of a solution found over several processes expects to be only looked at, as its parts were "
        "theirs; make it anew"
    )


def split(
    physics: Callable[..., PrismOperator], mesh: Any, survey: Survey, together: Team | None = None, **arguments: Any
) -> SlabOperator:
    """Split an operator over the processes of MPI, each with consecutive layers of the mesh.

    Parameters
    ----------
    physics : callable
        :class:`geoinv.operators.Magnetics` or :class:`geoinv.operators.Gravity`.
    mesh : Grid
        The whole mesh.
    survey : Survey
        All stations.
    together : Team, optional
        Processes; all that mpirun started by default.
    **arguments
        Of the physics. Each slab has the engine that suits it, within rtol of its own field: together the slabs are
        within rtol times the square root of their number.

    Raises
    ------
    InputError
        If the mesh is no tensor mesh, there are more processes than layers, or as the physics does.
    """
    if not isinstance(mesh, Grid):
        raise InputError(
            f"an operator over several processes expects a tensor mesh, whose layers it splits, got "
            f"{type(mesh).__name__}; take {way('--mesh-kind tensor, or a tensor mesh', 'a Grid')}, or one process"
        )
    if not (isinstance(physics, type) and issubclass(physics, PrismOperator)):
        raise InputError(
            "an operator over several processes expects data that are linear in the cells' values (Magnetics, Gravity "
            f"without self-demagnetization), got {getattr(physics, '__name__', physics)}; take one process"
        )
    together = together or team()
    if isinstance(survey, Survey):
        refuse_stations(mesh, survey)
    slab = SlabMesh(mesh, LayerSlabs(together, mesh.shape))
    if arguments.get("memory_budget") is None:
        # others of the team take theirs of the same memory
        arguments["memory_budget"] = SHARE * available_memory() / together.on_this_machine()
    with together.ending_together():
        return SlabOperator(physics(slab.cells, survey, **arguments), slab)


def _stacked(part: PrismOperator, communicator: Any) -> Any:
    """Operator of all slabs side by side."""
    # of PyTorch, which PyLops loads where it is installed, nothing is used here
    os.environ.setdefault("TORCH_PYLOPS", "0")
    from pylops import FunctionOperator
    from pylops_mpi import MPIHStack

    rows, columns = math.prod(part.range_shape), math.prod(part.domain_shape)
    local = FunctionOperator(
        lambda x: part(x.reshape(part.domain_shape)).ravel(),
        lambda y: part.T(y.reshape(part.range_shape)).ravel(),
        rows,
        columns,
        dtype=part.dtype,
    )
    return MPIHStack([local], base_comm=communicator, dtype=part.dtype)
