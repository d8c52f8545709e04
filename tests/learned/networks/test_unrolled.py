"""What every unrolled network does with data of any batch, precision and shape, and what it refuses."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch
from networks import (
    EVERY_NETWORK,
    EVERY_RANK,
    EVERY_VARIANT,
    LAYERS,
    SMALL,
    array,
    draw,
    network,
    pictures,
    steps,
)

from geoinv import InputError
from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.matrices import MatrixOperator
from geoinv.learned import EUnet, LearnedGradient, OPTEnet, Proximal


class Hypercube(LinearOperator):
    """A model of four axes, and its negative as data."""

    def __init__(self) -> None:
        self.domain_shape = self.range_shape = (2, 1, 2, 2)
        self.dtype = np.dtype(float)

    def _forward(self, x):
        return -x

    def _adjoint(self, y):
        return -y


@EVERY_NETWORK
@EVERY_RANK
def test_batches_of_any_shape_equal_single_samples(kind, maker):
    net = network(kind, maker())
    data = draw(net, 2, 3)
    loop = torch.stack([torch.stack([net(sample) for sample in row]) for row in data])
    npt.assert_allclose(array(net(data)), array(loop), rtol=0, atol=1e-12 * abs(array(loop)).max())
    for empty in (data[:0], data[:, :0]):
        assert net(empty).shape == (*empty.shape[:2], *net.layout.domain_shape)


@EVERY_VARIANT
def test_the_trajectory_begins_with_the_back_projection_and_ends_in_the_result(kind, settings):
    net = network(kind, pictures(), **settings)
    data = draw(net, 2)
    models = net.trajectory(data)
    assert len(models) == LAYERS + 1
    assert all(model.shape == data.shape for model in models)
    assert torch.equal(models[-1], net(data))
    if kind in (Proximal, LearnedGradient):
        A = pictures()
        expected = steps(net.start)[0] * A.T(array(data))
        npt.assert_allclose(array(models[0]), expected, rtol=0, atol=1e-12 * abs(expected).max())


@EVERY_NETWORK
def test_derivatives_with_respect_to_data_and_parameters_are_exact(kind):
    A = MatrixOperator(np.random.default_rng(2).standard_normal((2, 3)))
    net = network(kind, A, layers=2, **({"embedding": 3} if kind in (OPTEnet, EUnet) else {"width": 3}))
    names, parameters = zip(*net.named_parameters(), strict=True)

    def result(data, *values):
        return torch.func.functional_call(net, dict(zip(names, values, strict=True)), data)

    data = draw(net, 2).requires_grad_()
    assert torch.autograd.gradcheck(result, (data, *parameters))


@EVERY_NETWORK
def test_data_of_another_precision_give_results_of_theirs(kind):
    net = network(kind, pictures()).float()
    data = draw(net, 2)
    found = net(data)
    assert found.dtype == torch.float64
    npt.assert_allclose(array(found), array(net(data.float())), rtol=1e-6)
    assert net.trajectory(data)[1].dtype == torch.float64


@EVERY_NETWORK
def test_a_dense_network_takes_models_of_any_number_of_axes(kind):
    net = network(kind, Hypercube(), dense=True)
    assert net(draw(net, 3)).shape == (3, 2, 1, 2, 2)
    with pytest.raises(InputError, match=r"expects models of one to three axes, got \(2, 1, 2, 2\).*dense=True"):
        kind(Hypercube(), **SMALL[kind])


@EVERY_NETWORK
def test_the_seed_decides_the_first_weights_and_leaves_the_callers_random_numbers(kind):
    torch.manual_seed(1)
    first = torch.random.get_rng_state()
    nets = [kind(pictures(), **SMALL[kind], seed=seed) for seed in (0, 0, 1)]
    assert torch.equal(torch.random.get_rng_state(), first)
    weights = [torch.cat([p.detach().flatten() for p in net.parameters()]) for net in nets]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@EVERY_NETWORK
def test_data_of_the_wrong_shape_or_kind_are_refused_in_one_sentence(kind):
    net = kind(pictures(), **SMALL[kind])
    for bad in (torch.zeros(4, 6), torch.zeros(5), torch.zeros(2, 5, 4)):
        with pytest.raises(InputError, match=rf"{kind.__name__} expects data of shape \(4, 5\) after the batch"):
            net(bad)
    with pytest.raises(InputError, match=r"expects data as a tensor of floats, got ndarray; use torch\.as_tensor"):
        net(np.zeros((4, 5)))
    with pytest.raises(InputError, match=r"tensor of floats, got torch\.int64"):
        net.trajectory(torch.zeros(4, 5, dtype=torch.int64))
    colours = kind(pictures(), channels=3, **SMALL[kind])
    with pytest.raises(InputError, match=r"expects data of shape \(3, 4, 5\) after the batch"):
        colours(torch.zeros(2, 4, 5))


OUT_OF_RANGE = [(kind, name, value) for kind in SMALL for name, value in [("channels", 0), ("layers", 0)]]
OUT_OF_RANGE += [
    (kind, name, value)
    for kind in (OPTEnet, EUnet)
    for name, value in [("embedding", -1), ("kernel", 2), ("potential_layers", 0), ("width", -1)]
]

OUT_OF_RANGE += [(EUnet, "hidden", 0), (LearnedGradient, "width", 0), (LearnedGradient, "depth", 0)]

OUT_OF_RANGE += [(Proximal, "width", 0), (Proximal, "depth", 1), (Proximal, "kernel", 4)]


@pytest.mark.parametrize(("kind", "name", "value"), OUT_OF_RANGE)
def test_settings_out_of_range_are_refused(kind, name, value):
    with pytest.raises(InputError, match=rf"expects .*got .*{value}"):
        kind(pictures(), **(SMALL[kind] | {name: value}))


@EVERY_NETWORK
def test_an_operator_that_is_zero_or_not_finite_is_refused(kind):
    class Broken(MatrixOperator):
        def _forward(self, x):
            return np.full((len(x), *self.range_shape), np.nan)

    for operator in (MatrixOperator(np.zeros((2, 3))), Broken(np.ones((2, 3)))):
        with pytest.raises(InputError, match="finite"):
            kind(operator, **SMALL[kind])


@pytest.mark.parametrize("kind", [OPTEnet, Proximal, LearnedGradient])
def test_layers_of_other_networks_than_eunet_are_what_they_are(kind):
    net = kind(MatrixOperator([[1.0, 1.0]]), layers=3)
    net.layers = 3
    with pytest.raises(InputError, match=rf"{kind.__name__} expects the 3 layers that it was built with, got 4"):
        net.layers = 4
    with pytest.raises(InputError, match="got 6"), net.taking(6):
        pass
    assert net.layers == 3
