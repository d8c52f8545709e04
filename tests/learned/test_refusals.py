"""Settings, weights and devices that no training can use: a sentence before anything is allocated."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from saved_network import BILLION, A, rewrite

from geoinv import InputError
from geoinv.embeddings.dictionaries import OverCompleteCosines
from geoinv.learned import EUnet, LearnedGradient, LearnedPotential, OPTEnet, Proximal, load
from geoinv.learned.priors.diffusion import Diffusion
from geoinv.operators import MagneticSection


def test_steps_of_a_trained_network_cannot_be_raised_without_end():
    network = EUnet(A, embedding=2, layers=2)
    with pytest.raises(InputError, match="at most 10,000 layers"):
        network.layers = BILLION


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_finite_are_refused_by_name(saved, value):
    rewrite(saved, lambda description, tensors: tensors["steps.raw"].fill_(value))
    for read in (lambda: load(saved, A), lambda: load(saved)):
        with pytest.raises(InputError, match=r"finite weights, got 2 of 2 in steps\.raw that are not"):
            read()
    rewrite(saved, lambda description, tensors: tensors["potential.weights"].fill_(value))
    with pytest.raises(InputError, match=r"finite weights, got \d+ of \d+ in potential\.weights"):
        LearnedPotential.load(saved)


def test_weights_too_large_for_their_precision_and_of_other_types_are_refused(saved):
    def large(description, tensors):
        tensors["steps.raw"] = tensors["steps.raw"].double() * 0 + 1e300

    def whole(description, tensors):
        tensors["steps.raw"] = torch.ones(2, dtype=torch.int64)

    rewrite(saved, large)
    with pytest.raises(InputError, match=r"finite weights, got 2 of 2 in steps\.raw"):
        load(saved, A)
    rewrite(saved, whole)
    with pytest.raises(InputError, match=r"expects steps\.raw of torch\.float32, got torch\.int64"):
        load(saved, A)


@pytest.mark.parametrize(
    "change",
    [{"shape": "ab"}, {"shape": [10**9, 10**9]}, {"width": [8]}, {"steps": 10**13}, {"schedule": 1}, {"novelty": 1}],
)
def test_a_diffusion_whose_settings_are_spoilt_is_one_sentence(change, tmp_path):
    path = tmp_path / "w.safetensors"
    Diffusion((4, 4), steps=3, width=4, depth=1).save(path)
    rewrite(path, lambda description, tensors: description.update(change))
    with pytest.raises(InputError, match=r"w\.safetensors \(settings of its diffusion\)"):
        Diffusion.load(path)


@pytest.mark.parametrize("half", ["bfloat16", "half"])
@pytest.mark.parametrize("kind", [EUnet, OPTEnet, Proximal, LearnedGradient])
def test_a_network_in_half_precision_gives_nearly_the_same(kind, half):
    section = MagneticSection((6, 5))
    network = kind(section, layers=2)
    data = torch.from_numpy(section(np.random.default_rng(0).random((3, 6, 5)))).float()
    with torch.no_grad():
        exact = network(data)
        rounded = getattr(network, half)()
        for given in (data, getattr(data, half)()):
            found = rounded(given)
            assert found.dtype == given.dtype
            npt.assert_allclose(found.float(), exact, atol=0.03 * float(exact.abs().max()))
    found = rounded(data)
    found.sum().backward()
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in rounded.parameters())


def test_a_network_with_a_dictionary_works_in_half_precision():
    network = EUnet(A, embedding=OverCompleteCosines((4, 5), 2), layers=2, width=3)
    data = torch.rand(2, 4, 5)
    with torch.no_grad():
        exact = network(data)
        npt.assert_allclose(network.bfloat16()(data), exact, atol=0.03 * float(exact.abs().max()))
