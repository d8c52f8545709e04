"""Communicators that count: what every call hands to MPI, by purpose."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

__all__ = ["Traffic", "counted"]


@dataclass
class Traffic:
    """Bytes that this process has handed to MPI, by purpose.

    A call counts with the size of what this process gives to it, whatever way MPI takes to the others: a sum over
    processes with the numbers that are summed, a broadcast in the process that it comes from.

    Attributes
    ----------
    sent : dict of str to int
        Bytes.
    calls : dict of str to int
        Calls that they were handed over in.
    seconds : float
        Time in all calls, waiting for other processes included.
    """

    sent: dict[str, int] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, purpose: str, count: int, seconds: float = 0.0) -> None:
        """Count one call.

        Examples
        --------
        >>> traffic = Traffic()
        >>> traffic.add("data", 80)
        >>> traffic.add("data", 80)
        >>> traffic.sent, traffic.calls
        ({'data': 160}, {'data': 2})
        """
        self.sent[purpose] = self.sent.get(purpose, 0) + count
        self.calls[purpose] = self.calls.get(purpose, 0) + 1
        self.seconds += seconds

    @contextmanager
    def timed(self, purpose: str, count: int) -> Iterator[None]:
        """Count what is called inside the block, with the time that it takes."""
        began = time.perf_counter()
        yield
        self.add(purpose, count, time.perf_counter() - began)


def counted(communicator: Any, traffic: Traffic, purpose: str) -> Any:
    """Communicator that counts into `traffic` what is sent over it, by itself or by pylops-mpi.

    Parameters
    ----------
    communicator : mpi4py.MPI.Intracomm
        Whose processes it has.
    traffic : Traffic
        Where it counts.
    purpose : str
        Under which name; objects, which pylops-mpi sends to compare shapes, count as "bookkeeping".
    """
    made = _kind()(communicator)
    made.traffic, made.purpose = traffic, purpose
    return made


@cache
def _kind() -> Any:
    """Class of counting communicators, made on first use: importing MPI starts it."""
    from mpi4py import MPI

    class Counted(MPI.Intracomm):
        """Communicator that counts what is sent over it."""

        traffic: Traffic
        purpose: str

        def _timed(self, buffer: Any, sending: bool = True) -> Any:
            return self.traffic.timed(self.purpose, _size(buffer) if sending else 0)

        def _timed_object(self, thing: Any) -> Any:
            return self.traffic.timed("bookkeeping", len(MPI.pickle.dumps(thing)))

        def Allreduce(self, sendbuf: Any, recvbuf: Any, op: Any = MPI.SUM) -> None:  # noqa: N802  # MPI's names
            with self._timed(sendbuf):
                super().Allreduce(sendbuf, recvbuf, op)

        def Bcast(self, buf: Any, root: int = 0) -> None:  # noqa: N802
            with self._timed(buf, self.Get_rank() == root):
                super().Bcast(buf, root)

        def Allgather(self, sendbuf: Any, recvbuf: Any) -> None:  # noqa: N802
            with self._timed(sendbuf):
                super().Allgather(sendbuf, recvbuf)

        def Gatherv(self, sendbuf: Any, recvbuf: Any, root: int = 0) -> None:  # noqa: N802
            with self._timed(sendbuf, self.Get_rank() != root):
                super().Gatherv(sendbuf, recvbuf, root)

        def Sendrecv(  # noqa: N802
            self,
            sendbuf: Any,
            dest: int,
            sendtag: int = 0,
            recvbuf: Any = None,
            source: int = MPI.ANY_SOURCE,
            recvtag: int = MPI.ANY_TAG,
            status: Any = None,
        ) -> None:
            with self._timed(sendbuf, dest != MPI.PROC_NULL):
                super().Sendrecv(sendbuf, dest, sendtag, recvbuf, source, recvtag, status)

        def allgather(self, sendobj: Any) -> Any:
            with self._timed_object(sendobj):
                return super().allgather(sendobj)

        def allreduce(self, sendobj: Any, op: Any = MPI.SUM) -> Any:
            with self._timed_object(sendobj):
                return super().allreduce(sendobj, op)

        def gather(self, sendobj: Any, root: int = 0) -> Any:
            with self.traffic.timed(self.purpose, len(MPI.pickle.dumps(sendobj)) * (self.Get_rank() != root)):
                return super().gather(sendobj, root)

    return Counted


def _size(buffer: Any) -> int:
    """Bytes of a buffer, or of one with its counts and type."""
    return int(np.asarray(buffer[0] if isinstance(buffer, (list, tuple)) else buffer).nbytes)
