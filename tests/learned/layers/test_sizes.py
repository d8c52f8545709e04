"""Networks that memory cannot hold."""

from __future__ import annotations

import numpy as np
import pytest
from saved_network import BILLION, A

from geoinv import InputError
from geoinv.algebra.matrices import MatrixOperator
from geoinv.learned import EUnet, LearnedGradient, OPTEnet, Potential, Proximal
from geoinv.learned.priors.diffusion import Diffusion
from geoinv.learned.training.training_settings import TrainingSettings


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: EUnet(A, layers=BILLION), "EUnet expects at most 10,000 layers"),
        (lambda: EUnet(A, hidden=BILLION), "HyperEmbedding expects at most"),
        (lambda: EUnet(A, kernel=10**200 + 1), "numbers to fit in"),
        (lambda: Proximal(A, width=10**8), "Proximal expects its"),
        (lambda: Proximal(A, depth=BILLION), "Proximal expects at most 10,000 layers"),
        (lambda: Proximal(A, layers=9999, width=1000), "Proximal expects at most 10,000 layers or steps"),
        (lambda: LearnedGradient(A, width=10**8), "LearnedGradient expects its"),
        (lambda: LearnedGradient(A, depth=BILLION), "UNet expects a depth of at most 30, got 1e[+]09"),
        (lambda: LearnedGradient(MatrixOperator(np.ones((2, 3))), depth=BILLION), "LearnedGradient expects"),
        (lambda: LearnedGradient(A, seed=2**64), "expects seed to be a whole number .*, got a number of 65 bits"),
        (lambda: OPTEnet(A, channels=BILLION), "OPTEnet expects its|numbers to fit in"),
        (lambda: Potential(10**12), "Potential expects its"),
        (lambda: Diffusion((BILLION, BILLION)), "a diffusion expects its"),
        (lambda: Diffusion((4, 4), steps=10**13), "a diffusion expects its"),
        (lambda: Diffusion((4, 4), width=10**9), "UNet expects its"),
        (lambda: Diffusion((4, 4), seed=-1), "Diffusion expects seed"),
        (lambda: TrainingSettings(seed=2**63), "expects seed to be a whole number from 0 to 2.63 - 1"),
        (lambda: TrainingSettings(batch=2**64), "expects batch to be a whole number from 1 to 2.63 - 1"),
    ],
)
def test_networks_that_memory_cannot_hold_are_refused_before_they_are_made(make, sentence):
    with pytest.raises(InputError, match=sentence):
        make()
