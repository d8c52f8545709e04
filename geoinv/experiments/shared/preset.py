"""How large a run of an experiment is, and where its files go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from geoinv.core.checks import choice
from geoinv.experiments.shared.table import Row

__all__ = ["PRESETS", "Preset", "RunSettings"]

Preset = Literal["quick", "cpu", "full"]
PRESETS: tuple[Preset, ...] = get_args(Preset)

Setting = TypeVar("Setting")


@dataclass(frozen=True)
class RunSettings:
    """What a run of an experiment is told.

    Parameters
    ----------
    preset : {"quick", "cpu", "full"}
        ``quick`` exercises the machinery in seconds, ``cpu`` gives presentable results on one core
        (about 40 minutes for each experiment that trains), ``full`` is for a GPU.
    seed : int
        First seed of everything random in the run.
    folder : Path
        Folder of this experiment, which exists; the figures go there, beside the table.
    device : str
        torch's name of where the networks are trained, ``cpu`` or ``cuda``.

    Raises
    ------
    InputError
        If there is no such preset.

    Examples
    --------
    >>> settings = RunSettings("quick", 0, Path("results/duathlon"))
    >>> settings.choose(quick=2, cpu=60, full=300)
    2
    >>> settings.seeds(cpu=3)
    range(0, 1)
    >>> settings.row(method="EUnet", metric="NMSE", value=0.041, limit=0.0407).preset
    'quick'
    """

    preset: Preset
    seed: int
    folder: Path
    device: str = "cpu"

    def __post_init__(self) -> None:
        """Reject another preset."""
        choice("reproduce", "the preset", self.preset, PRESETS)

    def choose(self, *, quick: Setting, cpu: Setting, full: Setting) -> Setting:
        """Whichever of three settings belongs to the preset."""
        return {"quick": quick, "cpu": cpu, "full": full}[self.preset]

    def seeds(self, *, cpu: int = 1) -> range:
        """Seeds with each of which everything is trained: three in ``full``, one in ``quick``."""
        return range(self.seed, self.seed + self.choose(quick=1, cpu=cpu, full=3))

    def row(self, **fields: Any) -> Row:
        """Row of the table with this preset and seed; `fields` as for :class:`geoinv.experiments.shared.table.Row`."""
        return Row(**{"preset": self.preset, "seed": self.seed, **fields})
