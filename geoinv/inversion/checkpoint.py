"""Checkpoints: what an inversion has computed, in their order, so that another process takes it from there."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, MachineWarning
from geoinv.core.interrupts import interrupts_held
from geoinv.core.whole import smallest
from geoinv.formats.record_log import RecordLog
from geoinv.inversion.fingerprint import first_difference

__all__ = ["Checkpoint", "Results"]

Arrays = Mapping[str, npt.NDArray[Any]]
Results = tuple[Mapping[str, Any], Arrays]
"""Numbers by name, and arrays by name."""


class Checkpoint:
    """Results of long steps, on disk: taken from there where they stand, computed and written where they do not.

    What decides on the next step is computed anew from the results of those before, so a computation that is taken up
    goes the same way, and ends at the same numbers bit by bit where the arithmetic is the same.

    Parameters
    ----------
    path : str or Path
        File; made with the first result. One that stands there is gone on from.
    job : mapping
        What is computed, as :func:`geoinv.inversion.fingerprint.fingerprint` tells it.
    task : str
        Name of the computation in sentences.

    Attributes
    ----------
    found : int
        Results that stood there.

    Raises
    ------
    InputError
        If the file is of another job, damaged, no checkpoint, or in use.
    """

    def __init__(self, path: str | Path, job: Mapping[str, Any], task: str = "inversion") -> None:
        self.path, self._job, self._task = Path(path), dict(job), task
        self._log: RecordLog | None = None
        self._next = self.found = 0
        self._given_up = False
        if self.path.exists():
            self._open()
        # where processes hold slabs, a kill may leave one of them a result ahead of the others
        self.found = int(smallest(self.found))
        if self._log is not None:
            self._log.keep(self.found)

    def _open(self) -> None:
        log = RecordLog(self.path)
        difference = _unlike(log.about, self._job, self._task)
        if difference:
            log.close()
            raise InputError(
                f"{self.path} expects to go on with the {self._task} that it was written by, got another one "
                f"({difference}); remove it, or give what it was written with"
            )
        if log.dropped:
            warnings.warn(
                f"{self.path} ends within a result, as a kill leaves it: its last {log.dropped} bytes are dropped",
                MachineWarning,
                stacklevel=4,
            )
        versions = log.about.get("numpy", np.__version__)
        if versions != np.__version__:
            warnings.warn(
                f"{self.path} was written with numpy {versions} and goes on with {np.__version__}; the last digits of "
                f"the result may be others than those of an {self._task} in one piece",
                MachineWarning,
                stacklevel=4,
            )
        self._log, self.found = log, len(log)

    def step(self, kind: str, compute: Callable[[], Results]) -> Results:
        """Result of the next step: what stands in the file, or what is computed now and written behind the others.

        Parameters
        ----------
        kind : str
            What step it is.
        compute : callable
            Numbers that JSON can keep, and arrays.
        """
        known = self.known(kind)
        if known is None:
            known = compute()
            self.add(kind, *known)
        return known

    def known(self, kind: str) -> Results | None:
        """Result of the next step if it stands in the file.

        Raises
        ------
        InputError
            If a result of another kind stands there.
        """
        if self._log is None or self._next >= self.found:
            return None
        meta, arrays = self._log.read(self._next)
        if meta.pop("kind", None) != kind:
            raise InputError(
                f"{self.path} expects the steps of this {self._task} in their order, got another one; remove it to "
                "begin anew"
            )
        self._next += 1
        return meta, arrays

    def add(self, kind: str, meta: Mapping[str, Any], arrays: Arrays) -> None:
        """Write a result; where the disk is full or gone, say so once and go on without."""
        if self._given_up:
            return
        try:
            with interrupts_held():
                if self._log is None:
                    about = {"task": self._task, "job": self._job, "numpy": np.__version__}
                    RecordLog.create(self.path, about)
                    self._log = RecordLog(self.path)
                self._log.append({"kind": kind, **meta}, arrays)
        except (OSError, InputError) as error:
            self._given_up = True
            reason = getattr(error, "strerror", None) or error
            warnings.warn(
                f"{self.path} takes no further results ({reason}): the {self._task} goes on, and a kill costs what "
                "comes from here",
                MachineWarning,
                stacklevel=3,
            )

    def close(self) -> None:
        """Close the file, which stays."""
        if self._log is not None:
            self._log.close()


def _unlike(about: Mapping[str, Any], job: Mapping[str, Any], task: str) -> str:
    """What differs between the job of a file and another; empty where nothing does."""
    if about.get("task") != task or not isinstance(about.get("job"), dict):
        return f"it is of an {about.get('task', 'unknown computation')}"
    return first_difference(about["job"], job)
