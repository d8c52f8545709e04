"""A training that is stopped between two epochs, and what it was made of."""

from __future__ import annotations

from dataclasses import replace

import training_problem

from geoinv.learned.training.train import fit


def weights_of(network):
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


class StoppedError(Exception):
    """Stands for whatever ends a training between two epochs."""


def resumed(folder, network, A, models, validation, **changes):
    return fit(
        network, A, models, validation, replace(training_problem.SETTINGS, epochs=4, **changes), folder, resume=True
    )
