"""Networks over an embedding: dictionaries, and the scale of their first steps."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from networks import (
    EVERY_NETWORK,
    LAYERS,
    OPERATORS,
    SMALL,
    Literal,
    array,
    draw,
    network,
    pictures,
    steps,
)

from geoinv import InputError
from geoinv.embeddings.dictionaries import OverCompleteCosines
from geoinv.learned import EUnet, OPTEnet


@pytest.mark.parametrize("kind", [OPTEnet, EUnet])
def test_a_dictionary_takes_the_place_of_the_learned_embedding(kind):
    A = pictures()
    net = network(kind, A, embedding="dictionary", layers=1)
    D = OverCompleteCosines(A.domain_shape, 2)
    data = draw(net)
    z = steps(net.start)[0] * D.T(A.T(array(data)))
    slope = array(net.potential.gradient(torch.from_numpy(z)[None], 1.0 if kind is OPTEnet else 0.0))[0]
    expected = D(z - steps(net.steps)[0] * (D.T(A.T(A(D(z)) - array(data))) + slope))
    npt.assert_allclose(array(net(data)), expected, rtol=0, atol=1e-12 * abs(expected).max())


@EVERY_NETWORK
def test_steps_start_at_one_over_the_square_of_the_norm_and_are_positive_whatever_is_learned(kind):
    for maker in OPERATORS.values():
        A = maker()
        net = kind(A, **SMALL[kind])
        by = Literal(net, A)
        E = np.eye(by.A.shape[1])
        if kind in (OPTEnet, EUnet):
            E = by.embedding(array(net.embedding.at(0.0)).astype(float))
        curvature = np.linalg.norm(by.A @ E, 2) ** 2
        npt.assert_allclose(array(net.steps.all()), np.full(LAYERS, 1.0 / curvature), rtol=0.05)
        npt.assert_allclose(array(net.start.all()), [1.0 / curvature], rtol=0.05)
        with torch.no_grad():
            net.steps.raw.copy_(torch.tensor([-50.0, 0.0, 50.0]))
        assert (net.steps.all() > 0).all()


@pytest.mark.parametrize("kind", [OPTEnet, EUnet])
def test_a_dictionary_that_does_not_give_the_operators_models_is_refused(kind):
    with pytest.raises(InputError, match=r"expects a dictionary of images or volumes of shape \(4, 5\)"):
        kind(pictures(), embedding=OverCompleteCosines((4, 6), 2))
    with pytest.raises(InputError, match="with one channel"):
        kind(pictures(), embedding=OverCompleteCosines((4, 5), 2), channels=3)
