"""The option ``--resume``: the files beside the output that an inversion and its ensemble go on from."""

from __future__ import annotations

import glob
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from geoinv.cli.support.terminal import say
from geoinv.core.checks import InputError

__all__ = ["Checkpoints", "ResumeOption"]

ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on from the checkpoint that an inversion to the same output has left when it was stopped or killed; "
        "begin anew where there is none.",
    ),
]


@dataclass(frozen=True)
class Checkpoints:
    """Files beside an output in which what has been computed is kept until the output is written.

    Parameters
    ----------
    out : Path
        The output.
    process, processes : int, optional
        This process and how many there are, each of which has files of its own.

    Examples
    --------
    >>> Checkpoints(Path("model.nc")).inversion.name
    'model.nc.checkpoint'
    >>> Checkpoints(Path("model.nc"), process=1, processes=4).inversion.name
    'model.nc.process-1-of-4.checkpoint'
    """

    out: Path
    process: int = 0
    processes: int = 1

    @property
    def inversion(self) -> Path:
        """File of the inversion."""
        return self._named("checkpoint")

    @property
    def ensemble(self) -> Path:
        """File of its samples."""
        return self._named("ensemble.checkpoint")

    @property
    def investigation(self) -> Path:
        """File of its depth of investigation."""
        return self._named("investigation.checkpoint")

    def _named(self, ending: str) -> Path:
        part = f".process-{self.process}-of-{self.processes}" if self.processes > 1 else ""
        return self.out.with_name(f"{self.out.name}{part}.{ending}")

    def _refuse_others(self) -> None:
        """Reject to go on from what another number of processes has left, or to leave it lying.

        Raises
        ------
        InputError
            If there is such a file.
        """
        pattern = f"{glob.escape(self.out.name)}.process-0-of-*[0-9].checkpoint"
        beside = [Checkpoints(self.out).inversion, *self.out.parent.glob(pattern)]
        own = replace(self, process=0).inversion
        for path in beside:
            if path != own and path.exists():
                number = "1" if path == beside[0] else path.name.removesuffix(".checkpoint").rpartition("-of-")[2]
                raise InputError(
                    f"{path} is what a stopped inversion over {number} process{'es' * (number != '1')} has left, and "
                    f"expects as many to go on, got {self.processes}; start {number} with --resume, or remove it"
                )

    def begin(self, resume: bool) -> None:
        """Say what is gone on from.

        Raises
        ------
        InputError
            If there is something to go on from and it is not to be, or it is no checkpoint.
        """
        from geoinv.formats.record_log import RecordLog

        if not self.inversion.exists():
            self._refuse_others()
            if resume:
                say("resume", f"there is no {self.inversion}: begins anew")
            # of an inversion that is not there: nothing goes on from them
            self.ensemble.unlink(missing_ok=True)
            self.investigation.unlink(missing_ok=True)
            return
        if not resume:
            raise InputError(
                f"{self.inversion} is what a stopped inversion has left, and expects --resume to go on from it, got an "
                "inversion from the start; add --resume, or remove it"
            )
        with RecordLog(self.inversion) as log:
            betas = sum(log.about_record(number).get("kind") == "beta" for number in range(len(log)))
        say("resume", f"{self.inversion}: goes on after {betas} trade-off{'s' * (betas != 1)}")

    def remaining(self) -> str:
        """What to add to the sentence that ends an unfinished inversion."""
        return ", and --resume goes on from there" if self.inversion.exists() else ""

    def remove(self) -> None:
        """Remove them, and those of the other processes: the output is written."""
        for process in range(self.processes):
            of = replace(self, process=process)
            for path in (of.inversion, of.ensemble, of.investigation):
                with suppress(OSError):
                    path.unlink(missing_ok=True)
