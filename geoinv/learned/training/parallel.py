"""Several processes that train one network: torchrun starts them, torch adds their gradients."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn

from geoinv.core.checks import InputError

__all__ = ["Processes", "processes", "torchrun_group"]

DEVICES = ("cpu", "cuda", "mps", "xpu")


@dataclass(frozen=True)
class Processes:
    """The processes that train together.

    Parameters
    ----------
    rank, size : int
        Number of this process, from 0, and how many there are.

    Examples
    --------
    >>> Processes(1, 3).share(8), Processes().share(8)
    (slice(2, 5, None), slice(0, 8, None))
    """

    rank: int = 0
    size: int = 1

    @property
    def writes(self) -> bool:
        """Whether this process writes files and reports; one alone does."""
        return self.rank == 0

    def share(self, count: int) -> slice:
        """Part of `count` samples that this process takes; together they take each once."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def device(self, name: str) -> torch.device:
        """Device of this process; "auto" is a GPU where there is one.

        Raises
        ------
        InputError
            If torch knows no such device, or it is not there.
        """
        wanted = ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name
        try:
            device = torch.device(wanted)
            if device.type not in DEVICES:
                raise RuntimeError(f"geoinv trains on {', '.join(DEVICES)}")
            if device.type == "cuda" and device.index is None:
                device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
            torch.ones(1, device=device).item()
        # not every build of torch says the same of a device that it lacks
        except Exception as error:
            reason = str(error).partition("\n")[0]
            raise InputError(
                f'training expects a device that torch can use, got {name!r} ({reason}); take "cpu" or "auto"'
            ) from None
        return device

    def wrapped(self, network: nn.Module, device: torch.device) -> nn.Module:
        """Network whose gradients are means over the processes."""
        if self.size == 1:
            return network
        return nn.parallel.DistributedDataParallel(
            network, device_ids=[device.index] if device.type == "cuda" else None
        )

    def wait(self) -> None:
        """Go on when all processes have come here."""
        if self.size > 1:
            distributed.barrier()

    def total(self, values: Tensor) -> Tensor:
        """Sum of the values of all processes."""
        if self.size > 1:
            values = values.clone()
            distributed.all_reduce(values)
        return values


def processes() -> Processes:
    """Those of the process group, where torch has one."""
    if distributed.is_available() and distributed.is_initialized():
        return Processes(distributed.get_rank(), distributed.get_world_size())
    return Processes()


@contextmanager
def torchrun_group(device: str) -> Iterator[Processes]:
    """Join the processes that torchrun has started; without torchrun there is one.

    Parameters
    ----------
    device : str
        Of the training: GPUs talk through NCCL, CPUs through Gloo.

    Yields
    ------
    Processes
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or distributed.is_initialized():
        yield processes()
        return
    place = Processes().device(device)
    if place.type == "cuda":
        torch.cuda.set_device(place)
    distributed.init_process_group("nccl" if place.type == "cuda" else "gloo")
    try:
        yield processes()
    finally:
        distributed.destroy_process_group()
