"""The table [data] of a training's configuration: clean models to train with and to choose by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, choice, whole_number
from geoinv.core.memory import require_memory

if TYPE_CHECKING:
    from geoinv.learned.training.configuration import Configuration

__all__ = ["load_training_data"]

Array = npt.NDArray[Any]
DATASETS = ("mnist", "photographs", "stl10", "duathlon")
DUATHLON_MODELS = 10_000


def load_training_data(configuration: Configuration) -> tuple[Array, Array]:
    """Models of a configuration, for training and for validation; test data are never among them.

    Parameters
    ----------
    configuration : Configuration
        Its table `data` has ``models`` (a file) or ``name`` (with ``folder``), and may have ``count`` and
        ``validation``: a share, which the seed draws, or a second file.

    Returns
    -------
    training, validation : (samples, [channels,] *domain_shape) array

    Raises
    ------
    InputError
        If a key is unknown or has another type, a file cannot be read, or no sample is left for one of the two.
    """
    from geoinv.learned.configuration.model_files import read_array
    from geoinv.learned.configuration.table_checks import check_keys, check_path, shown

    table, where = configuration.data, configuration.where("data")
    check_keys(where, table, ("models", "name", "folder", "count", "validation"))
    if ("models" in table) == ("name" in table):
        raise InputError(f'{where} expects either models = "FILE" or name = "{DATASETS[0]}"; give one of the two')
    for key in ("models", "name", "folder"):
        if key in table:
            check_path(where, key, table[key])
    count = table.get("count")
    if count is not None:
        whole_number(where, "count", count, least=1)
    base, seed = configuration.path.parent, configuration.training.seed
    models = read_array(base / table["models"]) if "models" in table else _dataset(where, table, count, seed)
    models = models[:count] if models.ndim else models
    share = table.get("validation", 0.1)
    if isinstance(share, str):
        check_path(where, "validation", share)
        return models, read_array(base / share)
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0.0 < share < 1.0:
        raise InputError(f"{where} expects validation to be a file or a share between 0 and 1, got {shown(share)}")
    total = len(models) if models.ndim else 0
    held = round(share * total)
    if not 0 < held < total:
        raise InputError(
            f"{where} expects models for training and for validation, got {total} in all of which {held} are for "
            "validation; give more models, or another share"
        )
    order = np.random.default_rng(seed).permutation(total)
    return models[order[held:]], models[order[:held]]


def _dataset(where: str, table: Mapping[str, Any], count: int | None, seed: int) -> Array:
    """Training part of a data set."""
    from geoinv import datasets

    folder = table.get("folder")
    choice(where, "name", table["name"], DATASETS)
    match table["name"]:
        case "mnist":
            return datasets.mnist("train", folder)[0]
        case "stl10":
            return datasets.stl10("train", folder)[0]
        case "photographs":
            return datasets.photographs("train", folder)
    from geoinv.experiments.duathlon.problem import Duathlon

    require_memory(where, "its models", 200.0 * (count or DUATHLON_MODELS), "take a smaller count")
    return Duathlon.draw(count or DUATHLON_MODELS, 1, seed).training
