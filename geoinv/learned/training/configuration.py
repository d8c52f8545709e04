"""The file that says what to train: operator, data, network, training and where the result goes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.core.checks import InputError, choice
from geoinv.formats.budget import read_within, refuse_special
from geoinv.learned.configuration.operator_table import FILES, make_operator
from geoinv.learned.configuration.table_checks import call_with, check_keys, check_path, check_text, shown
from geoinv.learned.layers.normalisation import Centred
from geoinv.learned.networks.registry import NETWORKS
from geoinv.learned.networks.unrolled import UnrolledNetwork
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.learned.training.tuning import PAPER_GRID

__all__ = ["EXAMPLE", "Configuration", "read_configuration", "read_operator"]

EXAMPLE = """\
# What `geoinv train` does with this file: it trains a network to undo an operator, and keeps in the folder below
#   weights.safetensors     the network of the best validation epoch, for `geoinv apply`
#   record.json             losses and errors of every epoch
#   checkpoint.safetensors  what --resume goes on from
# Paths are relative to this file.

[operator]              # Blur, MagneticSection, StraightRayTomography or TotalTime, with its own arguments;
name = "Blur"           # or matrix = "A.npy", an array of (data, unknowns)
shape = [16, 16]
scale = 1.5
boundary = "reflective"
# A survey over a mesh is Magnetics or Gravity; mesh and survey are files that geoinv reads, or numbers:
# name = "Magnetics"
# mesh = {shape = [8, 16, 16], spacing = [50, 100, 100], origin = [-400, 0, 0]}    # upward, northing, easting; metres
# survey = {height = 30}                         # a station so far above the middle of each column of cells
# field = [65, 25, 50000]                        # inclination, declination in degrees, intensity in nT
# components = ["tmi"]                           # gz of Gravity

[data]                  # your own clean models: .npy or the one variable of a netCDF file, samples first;
models = "models.npy"   # or name = "mnist", "photographs", "stl10" or "duathlon", with folder = "..." if need be
validation = 0.1        # share of the models, drawn by the seed; or a second file
# count = 1000          # take the first models only

[network]               # EUnet, OPTEnet, Proximal or LearnedGradient, with its own settings
name = "EUnet"
embedding = 8           # unknowns a pixel of the over-complete space
layers = 3
# channels = 3          # images of a sample, such as colours
# normalisation = "Centred"  # count from the mean of the models, in units of their deviations: for models far from
                        # one in size, such as susceptibilities

[training]
loss = "norm"           # mean |f(b) - x|; "squared": mean |f(b) - x|^2; "relative": mean |f(b) - x|^2 / |x|^2;
                        # "data": "squared" plus data_weight |A f(b) - b|^2
optimizer = "Adam"      # or "AdamW", whose weight decay is apart from the gradient
learning_rate = 1e-3
weight_decay = 0.0
batch = 32              # samples a step
epochs = 20             # 300 in the paper
noise = 0.01            # share of the mean |b| of each sample, drawn anew every epoch
schedule = "constant"   # or "cosine", from epoch to epoch, or "cosine per step"
# warmup = 100          # steps in which the rate rises
# average = 0.999       # validate and keep a moving average of the weights, of this decay a step
# layers = [4, 8, 16]   # draw the number of layers for each batch (EUnet): it may be changed after such a training
# clip = 1.0            # largest norm of a gradient
# precision = "bfloat16"  # several times faster where the processor has it
# device = "cpu"        # "auto": a GPU where there is one
seed = 0

[grid]                  # for --grid: every combination of these; without this table that of the paper
learning_rate = [1e-2, 1e-3]
weight_decay = [1e-4, 0.0]
batch = [32]

[output]
folder = "trained"
"""
"""A configuration with every table explained."""

TABLES = ("operator", "data", "network", "training", "grid", "output")


@dataclass(frozen=True)
class Configuration:
    """Content of a configuration file.

    Parameters
    ----------
    path : Path
        The file.
    operator : mapping
        Table that :func:`geoinv.learned.configuration.operator_table.make_operator` takes; paths are absolute.
    A : LinearOperator
        Made of it.
    data, network : mapping
        Their tables.
    training : TrainingSettings
        How to train.
    grid : mapping
        Values to try of learning rate, weight decay and batch.
    folder : Path
        Of the results.
    """

    path: Path
    operator: Mapping[str, Any]
    A: LinearOperator
    data: Mapping[str, Any]
    network: Mapping[str, Any]
    training: TrainingSettings
    grid: Mapping[str, Sequence[Any]]
    folder: Path

    def where(self, table: str) -> str:
        """What errors call a table."""
        return _where(self.path, table)

    def make_network(self, models: npt.NDArray[Any]) -> UnrolledNetwork:
        """Fresh network; its first weights follow from the seed.

        Parameters
        ----------
        models : (samples, [channels,] *domain_shape) array
            Those to train with: the normalisation "Centred" has their mean and the size of their deviations from it.

        Raises
        ------
        InputError
            If a setting is unknown or cannot be used with the operator.
        """
        where = self.where("network")
        table = {"seed": self.training.seed, **self.network}
        name = table.pop("name", None)
        check_text(where, "name", name)
        choice(where, "name", name, list(NETWORKS))
        if "normalisation" in table:
            check_text(where, "normalisation", table["normalisation"])
            choice(where, "normalisation", table["normalisation"], ["Centred"])
            table["normalisation"] = _centred(where, models)
        network: UnrolledNetwork = call_with(where, NETWORKS[name], table, self.A)
        return network


def read_configuration(path: str | Path) -> Configuration:
    """Read a configuration and make its operator.

    Parameters
    ----------
    path : str or Path
        TOML file; :data:`EXAMPLE` shows one.

    Raises
    ------
    InputError
        If there is no such file, it is not TOML, or a table or key is unknown, missing or of another type.
    """
    path = Path(path)
    tables = _tables(path)
    for needed in ("operator", "data", "network"):
        if needed not in tables:
            raise InputError(f"{path} expects the table [{needed}], got none; see geoinv train --example")
    output = tables.get("output", {})
    check_keys(_where(path, "output"), output, ("folder",))
    folder = output.get("folder", "trained")
    check_path(_where(path, "output"), "folder", folder)
    operator = _operator_table(path, tables)
    training: TrainingSettings = call_with(_where(path, "training"), TrainingSettings, tables.get("training", {}))
    return Configuration(
        path,
        operator,
        make_operator(_where(path, "operator"), operator),
        tables["data"],
        tables["network"],
        training,
        _grid(_where(path, "grid"), tables.get("grid")),
        path.parent / folder,
    )


def read_operator(path: str | Path) -> LinearOperator:
    """Operator of a configuration file, whatever else stands there.

    Raises
    ------
    InputError
        As :func:`read_configuration`.
    """
    path = Path(path)
    tables = _tables(path)
    if "operator" not in tables:
        raise InputError(f"{path} expects the table [operator], got none; see geoinv train --example")
    return make_operator(_where(path, "operator"), _operator_table(path, tables))


def _centred(where: str, models: npt.NDArray[Any]) -> Centred:
    """Units in which models deviate from their mean by about one."""
    mean = models.mean(axis=0, dtype=np.float64)
    scale = float(np.sqrt(np.mean((models - mean) ** 2)))
    if not 0.0 < scale < np.inf:
        raise InputError(
            f'{where} expects models that differ for normalisation = "Centred", got a deviation of {scale} from their '
            "mean; leave it out, or check the models"
        )
    return Centred(mean, scale)


def _where(path: Path, table: str) -> str:
    return f"{path} [{table}]"


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    try:
        refuse_special(path)
        with open(path, "rb") as file:
            text = read_within(path, file).decode("utf-8")
    except OSError as error:
        raise InputError(f"{path} expects a configuration, got '{error.strerror}'; check the name") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path} expects TOML in UTF-8, got '{error}'; save it so") from None
    try:
        content = tomllib.loads(text)
    # not TOML, a number of thousands of digits, or tables in tables in tables ...
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} expects TOML, got '{error}'; see geoinv train --example") from None
    for name, table in content.items():
        if name not in TABLES or not isinstance(table, dict):
            raise InputError(
                f"{path} expects the tables {', '.join(f'[{known}]' for known in TABLES)}, got {name!r}; "
                "correct its name or move the key into its table"
            )
    return content


def _operator_table(path: Path, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    table = dict(tables["operator"])
    for name in FILES:
        if name in table and (name == "matrix" or isinstance(table[name], str)):
            check_path(_where(path, "operator"), name, table[name])
            # weights may keep this table: it must hold from any folder
            table[name] = str((path.parent / table[name]).resolve())
    return table


def _grid(where: str, table: Mapping[str, Any] | None) -> Mapping[str, Sequence[Any]]:
    if table is None:
        return PAPER_GRID
    check_keys(where, table, tuple(PAPER_GRID))
    for name, values in table.items():
        if not isinstance(values, list) or not values:
            raise InputError(f"{where} expects {name} to be a list of values, got {shown(values)}")
        for value in values:
            call_with(where, TrainingSettings, {name: value})
    return table
