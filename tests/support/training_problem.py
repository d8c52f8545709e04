"""A small training that a test can start as a process of its own, kill, and run on several processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import checkout
import numpy as np
import torch

from geoinv.learned import OPTEnet
from geoinv.learned.training.parallel import torchrun_group
from geoinv.learned.training.train import fit
from geoinv.learned.training.training_settings import TrainingSettings
from geoinv.operators import Blur

SETTINGS = TrainingSettings(
    epochs=6, batch=7, learning_rate=0.01, weight_decay=1e-4, schedule="cosine", clip=5.0, device="cpu"
)


def problem():
    """Operator, and 32 and 9 smooth pictures of 6 x 5 pixels."""
    A = Blur((6, 5), 1.0)
    pictures = A(np.random.default_rng(0).random((41, 6, 5)))
    return A, pictures[:32], pictures[32:]


def trained(folder, resume=False, callback=None, settings=SETTINGS):
    """Network and record of the small training."""
    A, models, validation = problem()
    network = OPTEnet(A, embedding=4, layers=2)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums are then made in one order everywhere, and the machine is not crowded
    try:
        record = fit(network, A, models, validation, settings, folder, resume, callback, checkpoint_seconds=0.0)
    finally:
        torch.set_num_threads(threads)
    return network, record


def whole(training):
    """Network and record of the training that was done once, from its checkpoint alone."""
    return trained(training, resume=True)


def start(folder, **variables):
    """Process that trains with its checkpoints in a folder, and prints every epoch."""
    return subprocess.Popen(
        [sys.executable, __file__, str(folder)],
        env=checkout.environment(OMP_NUM_THREADS="1", **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


if __name__ == "__main__":
    with torchrun_group("cpu") as group:
        network, _ = trained(
            Path(sys.argv[1]), resume=True, callback=lambda epoch: print("epoch", epoch.epoch, flush=True)
        )
        if group.writes:
            network.save(Path(sys.argv[1]) / "weights.safetensors")
