"""The bridge under PyTorch's compiler: one graph without breaks, and the same numbers."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator

import makers
import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import Tensor  # noqa: E402
from torch.func import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap  # noqa: E402

import geoinv  # noqa: E402
from geoinv.algebra.matrices import MatrixOperator  # noqa: E402
from geoinv.algebra.torch_bridge import as_torch  # noqa: E402

B = as_torch(makers.OPERATORS["matrix"]())
D = torch.from_numpy(B.operator.to_dense())
ROWS, COLUMNS = D.shape
random = torch.Generator().manual_seed(0)
X = torch.randn(COLUMNS, generator=random, dtype=torch.float64)
V = torch.randn(COLUMNS, generator=random, dtype=torch.float64)
SAMPLES = torch.randn(3, 2, COLUMNS, generator=random, dtype=torch.float64)
Y = torch.ones(ROWS, dtype=torch.float64)


@pytest.fixture(autouse=True)
def fresh_compiler() -> Iterator[None]:
    """No graphs of other tests, and none of the deprecations that PyTorch raises inside itself."""
    torch._dynamo.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        yield
    torch._dynamo.reset()


def misfit(x: Tensor) -> Tensor:
    return (B(x) - 1.0).square().sum()


# name: function, argument, what the matrix gives
TRANSFORMS: dict[str, tuple[Callable[[Tensor], Tensor], Tensor, Tensor]] = {
    "call": (B, SAMPLES, SAMPLES @ D.T),
    "adjoint": (B.T, Y, Y @ D),
    "vmap": (vmap(B), SAMPLES, SAMPLES @ D.T),
    "vmap of vmap": (vmap(vmap(B), in_dims=1), SAMPLES, (SAMPLES @ D.T).movedim(1, 0)),
    "grad": (grad(misfit), X, 2 * D.T @ (D @ X - 1)),
    "vmap of grad": (vmap(grad(misfit)), SAMPLES[:, 0], 2 * (SAMPLES[:, 0] @ D.T - 1) @ D),
    "jacrev": (jacrev(B), X, D),
    "jacfwd": (jacfwd(B), X, D),
    "hessian": (hessian(misfit), X, 2 * D.T @ D),
    "jacrev of jacrev": (jacrev(jacrev(misfit)), X, 2 * D.T @ D),
    "jacfwd of jacfwd": (jacfwd(jacfwd(misfit)), X, 2 * D.T @ D),
    "vjp": (lambda x: vjp(B, x)[1](Y)[0], X, D.T @ Y),
    "jvp": (lambda x: jvp(B, (x,), (V,))[1], X, D @ V),
    "curvature": (lambda x: jvp(grad(misfit), (x,), (V,))[1], X, 2 * D.T @ (D @ V)),
    "vmap of curvature": (vmap(lambda v: jvp(grad(misfit), (X,), (v,))[1]), SAMPLES[0], 2 * SAMPLES[0] @ D.T @ D),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_give_the_derivatives_of_the_matrix(name):
    function, x, expected = TRANSFORMS[name]
    torch.testing.assert_close(function(x), expected)


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
@pytest.mark.parametrize("name", TRANSFORMS)
def test_compiled_transforms_give_the_derivatives_of_the_matrix(name, backend):
    function, x, expected = TRANSFORMS[name]
    torch.testing.assert_close(torch.compile(function, fullgraph=True, backend=backend)(x), expected)


def loss(x: Tensor) -> Tensor:
    return (B(x.sin()) - 1.0).square().sum(-1).mean()


def check_loss(compiled: Callable[[Tensor], Tensor], shape: tuple[int, ...]) -> None:
    """Value and gradient against the matrix."""
    x = torch.randn(*shape, COLUMNS, generator=random, dtype=torch.float64)
    s, c = x.sin(), x.cos()
    x.requires_grad_()
    value = compiled(x)
    value.backward()
    torch.testing.assert_close(value.detach(), (s @ D.T - 1).square().sum(-1).mean())
    torch.testing.assert_close(x.grad, 2 * (s @ D.T - 1) @ D * c / s[..., 0].numel())


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_a_compiled_loss_has_the_gradient_of_the_loss_for_batches_of_any_shape(backend):
    compiled = torch.compile(loss, fullgraph=True, backend=backend)
    for shape in ((3, 2), (3,), (9,), (11,), (2, 4)):
        check_loss(compiled, shape)


@pytest.mark.slow
def test_a_loss_compiled_to_machine_code_has_the_gradient_of_the_loss():
    # no search for the processor's vectors, no processes: compiling is what takes the time here
    options = {"cpp.simdlen": 1, "compile_threads": 1, "cpp_cache_precompile_headers": False}
    check_loss(torch.compile(loss, fullgraph=True, options=options), (3, 2))


@pytest.mark.parametrize("name", ["gridded-float32-magnetization-all", "direct-padded-susceptibility", "sparse-matrix"])
def test_a_physics_compiles_in_one_graph(name):
    physics = as_torch(makers.OPERATORS[name]())
    x = torch.randn(2, *physics.domain_shape, generator=random, dtype=torch.float64)

    def loss(x: Tensor) -> Tensor:
        return physics.T(physics(x).tanh()).square().mean()

    compiled = torch.compile(grad(loss), fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(x), grad(loss)(x))


def test_a_compiled_function_of_the_operator_tells_operators_apart():
    other = as_torch(MatrixOperator(2.0 * B.operator.to_dense()))
    compiled = torch.compile(lambda operator, x: operator(x) + 1.0, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(B, X), D @ X + 1.0)
    torch.testing.assert_close(compiled(other, X), 2.0 * D @ X + 1.0)
    torch.testing.assert_close(compiled(B.T, Y), D.T @ Y + 1.0)
    torch.testing.assert_close(compiled(B, X), D @ X + 1.0)


class Doubled(torch.nn.Module):
    """A module that goes through the bridge."""

    def forward(self, x: Tensor) -> Tensor:
        return 2.0 * B(x)


def test_an_exported_program_gives_the_same_numbers_for_any_batch():
    batch = torch.export.Dim("batch", min=2, max=64)
    exported = torch.export.export(Doubled(), (SAMPLES[:, 0],), dynamic_shapes={"x": {0: batch}})
    for count in (3, 7):
        x = torch.randn(count, COLUMNS, generator=random, dtype=torch.float64)
        torch.testing.assert_close(exported.module()(x), 2.0 * x @ D.T)


def test_a_compiled_function_whose_operator_is_gone_says_so():
    gone = as_torch(MatrixOperator(np.eye(3)))
    key, x = gone._key, torch.zeros(3, dtype=torch.float64)
    compiled = torch.compile(lambda x: torch.ops.geoinv.apply(x, key, False), fullgraph=True, backend="aot_eager")
    assert torch.equal(compiled(x), x)
    del gone
    gc.collect()
    with pytest.raises(geoinv.InputError, match=r"the operator MatrixOperator-\w+, which no longer exists; keep"):
        compiled(x)


def test_a_wrong_shape_is_refused_while_compiling():
    with pytest.raises(Exception, match=r"expects .*\(5,\), got \(6,\)"):
        torch.compile(lambda x: B(x), fullgraph=True, backend="aot_eager")(torch.zeros(6, dtype=torch.float64))


def test_the_shape_is_checked_without_values():
    with pytest.raises(RuntimeError, match=r"MatrixOperator expects \(5,\), got \(6,\)"):
        torch.ops.geoinv.apply(torch.zeros(6, device="meta"), B._key, False)
    assert torch.ops.geoinv.apply(torch.zeros(2, 5, device="meta"), B._key, False).shape == (2, 7)
