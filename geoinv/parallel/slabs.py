"""Slabs of whole layers, one a process: sums over all of them, random numbers, and the whole model in the end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.core.interrupts import Held
from geoinv.parallel.processes import Team

__all__ = ["LayerSlabs"]

Array = npt.NDArray[np.float64]


@dataclass
class LayerSlabs:
    """Slabs of consecutive layers, as :class:`geoinv.core.whole.Slabs`.

    The sums are sums over the processes in one order, so that each gets the same number to the last bit: what the
    processes decide by them, they decide alike.

    Attributes
    ----------
    team : Team
        Processes.
    shape : (int, int, int)
        Shape of the whole mesh.
    held : Held, optional
        Interrupts that came to this process and wait: with the next sum they reach all, as KeyboardInterrupt.
    """

    team: Team
    shape: tuple[int, int, int]
    held: Held | None = None

    def __post_init__(self) -> None:
        """Reject more processes than layers.

        Raises
        ------
        InputError
            If there are.
        """
        if self.team.size > self.shape[0]:
            raise InputError(
                f"the mesh expects a layer or more for each process, got {self.shape[0]} layers for {self.team.size} "
                f"processes; start {self.shape[0]} at most"
            )
        self._numbers = self.team.counting("inner products")

    @property
    def layers(self) -> list[int]:
        """Number of layers in each process, as pylops-mpi splits an axis."""
        size, (each, left) = self.team.size, divmod(self.shape[0], self.team.size)
        return [each + (rank < left) for rank in range(size)]

    @property
    def own(self) -> slice:
        """Layers of this process."""
        ends = list(pairwise(accumulate(self.layers, initial=0)))
        return slice(*ends[self.team.rank])

    def total(self, value: float) -> float:
        """Sum of a number of each slab, rounded once."""
        return math.fsum(self._of_all(value))

    def largest(self, value: float) -> float:
        """Largest of a number of each slab."""
        return float(np.max(self._of_all(value)))

    def _of_all(self, value: float) -> Array:
        """Number of each slab, unless an interrupt has come to any process.

        Raises
        ------
        KeyboardInterrupt
            In all processes at once, where it has.
        """
        told = np.empty((self.team.size, 2))
        self._numbers.Allgather(np.array([value, float(self.held is not None and self.held.came)]), told)
        if told[:, 1].any():
            assert self.held is not None, "interrupts are held in all processes alike"
            self.held.count = 0
            raise KeyboardInterrupt
        return told[:, 0]

    def standard_normal(self, random: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Slab of the random numbers of the whole model, of which this process draws all and keeps its own."""
        result = np.empty(shape)
        for place in np.ndindex(shape[:-3]):
            for rank, layers in enumerate(self.layers):
                if rank == self.team.rank:
                    random.standard_normal(out=result[place])
                else:
                    for _ in range(layers):
                        random.standard_normal(self.shape[1:])
        return result

    def part_of(self, whole: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Slab of a whole model, of numbers or of vectors."""
        return whole[..., self.own, :, :]

    def gathered(self, slab: Array) -> Array | None:
        """Whole model in the first process; None in the others."""
        plane = math.prod(self.shape[1:])
        counts = [layers * plane for layers in self.layers]
        whole = np.empty((*slab.shape[:-3], *self.shape)) if self.team.first else None
        communicator = self.team.counting("model")
        for place in np.ndindex(slab.shape[:-3]):
            receive = None if whole is None else [whole[place], counts]
            communicator.Gatherv(np.ascontiguousarray(slab[place], np.float64), receive)
        return whole
