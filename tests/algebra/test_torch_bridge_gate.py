"""What every operator must pass inside PyTorch: values, derivatives of both modes and orders, batches."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import makers
import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402
from torch.autograd import forward_ad, gradcheck, gradgradcheck  # noqa: E402
from torch.func import grad, jvp, vjp, vmap  # noqa: E402

from geoinv.algebra.torch_bridge import TorchOperator, as_torch  # noqa: E402

# PyTorch's own, on the first use of forward mode
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")

EVERY_OPERATOR = pytest.mark.parametrize("name", makers.OPERATORS)

FEW = (
    "identity",
    "matrix",
    "matrix-float32",
    "sum-of-precisions",
    "magnetics-normal",
    "gridded-float64-magnetization-all",
    "direct-padded-susceptibility",
    "lattice-one-cell-one-station",
    "blur-zero-direct-float64-7",
    "rays-odd-float64",
)
"""One of each kind: finite differences are of one rule, which the matrix checks for every operator above."""


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Small matrices lose more by waking threads than they gain."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@cache
def bridge(name: str) -> TorchOperator:
    return as_torch(makers.OPERATORS[name]())


@cache
def matrix(name: str) -> Tensor:
    """Made by the operator without PyTorch; float64."""
    return torch.from_numpy(bridge(name).operator.to_dense().astype(np.float64))


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_matrix(D: Tensor, x: Tensor, domain: tuple[int, ...], range_: tuple[int, ...]) -> Tensor:
    """What the matrix gives for leading batch dimensions."""
    batch = x.shape[: x.ndim - len(domain)]
    return (x.reshape(*batch, D.shape[1]) @ D.T).reshape(*batch, *range_)


def agree(name: str, result: Tensor, expected: Tensor, tolerance: float | None = None) -> None:
    assert result.dtype == expected.dtype
    tolerance = tolerance or (2e-5 if makers.works_in_single(name) else 1e-12)
    scale = float(expected.abs().max()) if expected.numel() else 0.0
    torch.testing.assert_close(result, expected, rtol=0, atol=tolerance * scale)


@EVERY_OPERATOR
def test_images_and_adjoint_images_are_those_of_the_matrix(name):
    B, D = bridge(name), matrix(name)
    for side, M in ((B, D), (B.T, D.T)):
        x = draw(2, 3, *side.domain_shape)
        expected = by_matrix(M, x, side.domain_shape, side.range_shape)
        agree(name, side(x), expected)
        agree(name, side(x.float()), expected.float(), tolerance=2e-5)


@EVERY_OPERATOR
def test_inner_products_agree_with_the_adjoint(name):
    B = bridge(name)
    x, y = draw(4, *B.domain_shape), draw(4, *B.range_shape, seed=1)
    image, back = B(x).flatten(1), B.T(y).flatten(1)
    scale = image.norm(dim=1) * y.flatten(1).norm(dim=1)
    mismatch = (image * y.flatten(1)).sum(1) - (x.flatten(1) * back).sum(1)
    agree(name, mismatch + scale, scale)


@EVERY_OPERATOR
def test_a_batch_equals_a_loop_and_a_map(name):
    B = bridge(name)
    tolerance = 1e-6 if makers.works_in_single(name) else 1e-13
    for side in (B, B.T):
        x = draw(2, 2, *side.domain_shape)
        loop = torch.stack([torch.stack([side(item) for item in row]) for row in x])
        agree(name, side(x), loop, tolerance)
        agree(name, vmap(vmap(side), in_dims=1, out_dims=1)(x), loop, tolerance)
        agree(name, vmap(side, in_dims=-1)(x.movedim(0, -1)), loop, tolerance)


@EVERY_OPERATOR
def test_tangents_are_images_and_cotangents_adjoint_images(name):
    B, D = bridge(name), matrix(name)
    x, dx, dy = draw(2, *B.domain_shape), draw(2, *B.domain_shape, seed=1), draw(2, *B.range_shape, seed=2)
    image = by_matrix(D, dx, B.domain_shape, B.range_shape)
    agree(name, jvp(B, (x,), (dx,))[1], image)
    agree(name, vjp(B, x)[1](dy)[0], by_matrix(D.T, dy, B.range_shape, B.domain_shape))
    with forward_ad.dual_level():
        agree(name, forward_ad.unpack_dual(B(forward_ad.make_dual(x, dx))).tangent, image)


@EVERY_OPERATOR
def test_gradient_and_curvature_of_misfit_and_ridge_are_those_of_the_matrix(name):
    B, D = bridge(name), matrix(name)
    d, v = draw(*B.range_shape, seed=3), draw(*B.domain_shape, seed=4)
    # both parts of the same size: an error in either shows
    ridge = max(float(torch.linalg.matrix_norm(D, 2)) ** 2, 1.0)
    hessian = D.T @ D + ridge * torch.eye(D.shape[1], dtype=torch.float64)

    def objective(x: Tensor) -> Tensor:
        return 0.5 * (B(x) - d).square().sum() + 0.5 * ridge * x.square().sum()

    samples = draw(3, *B.domain_shape)
    expected = samples.reshape(3, -1) @ hessian - d.ravel() @ D
    agree(name, vmap(grad(objective))(samples), expected.reshape(samples.shape))
    curved = (hessian @ v.ravel()).reshape(v.shape)
    x = samples[0].clone().requires_grad_()
    agree(name, jvp(grad(objective), (samples[0],), (v,))[1], curved)
    (first,) = torch.autograd.grad(objective(x), x, create_graph=True)
    agree(name, torch.autograd.grad((first * v).sum(), x)[0], curved)
    both = torch.stack([v, 2.0 * v])
    agree(name, vmap(lambda v: jvp(grad(objective), (samples[0],), (v,))[1])(both), torch.stack([curved, 2.0 * curved]))


@EVERY_OPERATOR
def test_inputs_of_any_layout_give_the_same_numbers(name):
    B = bridge(name)
    for side in (B, B.T):
        x = draw(2, *side.domain_shape).float().double()
        expected = side(x)
        forms = {
            "strided": x.repeat_interleave(2, dim=-1)[..., ::2],
            "transposed": x.permute(*reversed(range(x.ndim))).contiguous().permute(*reversed(range(x.ndim))),
            "negative bit": torch.complex(x, -x).conj().imag,
            "with gradient": x.clone().requires_grad_(),
        }
        for form, values in forms.items():
            assert torch.equal(side(values).detach(), expected), form
        spread = x[0].expand(2, *side.domain_shape)
        assert torch.equal(side(spread), side(spread.clone()))
        assert side(x[:0]).shape == (0, *side.range_shape)
        assert side(x.new_zeros(2, 0, *side.domain_shape)).shape == (2, 0, *side.range_shape)


@EVERY_OPERATOR
def test_what_it_gives_is_contiguous_of_the_type_of_the_input_and_shares_no_memory_with_it(name):
    B = bridge(name)
    for side in (B, B.T):
        for dtype in (torch.float32, torch.float64):
            x = torch.ones(*side.domain_shape, dtype=dtype)
            result = side(x)
            assert result.dtype == dtype
            assert result.is_contiguous()
            result.zero_()
            assert x.min() == 1.0


@pytest.mark.parametrize("name", FEW)
def test_derivatives_of_both_modes_and_orders_are_those_of_finite_differences(name):
    B = bridge(name)
    size = float(matrix(name).abs().max()) or 1.0
    single = makers.works_in_single(name)
    # the map is linear: a large step has no error but rounding
    settings = {"eps": 1.0 if single else 1e-3, "atol": 1e-4 if single else 1e-6, "rtol": 1e-3}
    fast = matrix(name).numel() > 100
    for side in (B, B.T):
        x = draw(2, *side.domain_shape).requires_grad_()
        assert gradcheck(
            lambda x, side=side: side(x) / size,
            x,
            check_forward_ad=True,
            check_batched_grad=not fast,
            check_batched_forward_grad=not fast,
            fast_mode=fast,
            **settings,
        )


# finite differences of a nonlinear function need double precision; the others are compared with the matrix above
@pytest.mark.parametrize("name", [name for name in FEW if not makers.works_in_single(name)])
def test_second_derivatives_through_a_nonlinear_loss_are_those_of_finite_differences(name):
    B = bridge(name)
    size = float(torch.linalg.matrix_norm(matrix(name), 2)) or 1.0
    fast = matrix(name).numel() > 100
    x = draw(2, *B.domain_shape).requires_grad_()
    assert gradgradcheck(
        lambda x: (B(x) / size).pow(3), x, check_fwd_over_rev=True, check_batched_grad=not fast, fast_mode=fast
    )


@pytest.mark.parametrize("name", FEW)
def test_the_custom_operator_keeps_the_rules_of_pytorch(name):
    B = bridge(name)
    for side in (B, B.T):
        for x in (draw(2, *side.domain_shape).float(), draw(0, *side.domain_shape)):
            torch.library.opcheck(torch.ops.geoinv.apply.default, (x, side._key, side._transposed))
