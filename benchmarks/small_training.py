"""A training that takes a second: its configuration and its models, for runs that are disturbed and for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

__all__ = ["GRID", "SMALL", "made_training"]

SMALL = """
[operator]
name = "Blur"
shape = [6, 5]
scale = 1.0
[data]
models = "models.npy"
validation = 0.2
[network]
name = "OPTEnet"
embedding = 4
layers = 2
[training]
epochs = 2
batch = 8
device = "cpu"
[output]
folder = "out"
"""

GRID = "[grid]\nlearning_rate = [1e-2]\n"
"""What ``--grid`` goes through."""


def made_training(folder: Path, epochs: int = 2) -> None:
    """Write ``run.toml`` and ``models.npy`` of 20 images to a folder."""
    np.save(folder / "models.npy", np.random.default_rng(0).random((20, 6, 5)))
    text = SMALL.replace("epochs = 2", f"epochs = {epochs}")
    (folder / "run.toml").write_text(text, encoding="utf-8")
