"""How fast and how exact Blur is beside deepinv and SciPy: the same point spread and boundary in the same process."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.ndimage
import scipy.signal
import torch
from record import Benchmark
from torch import Tensor
from turns import median_seconds

from geoinv import LinearOperator, as_torch
from geoinv.operators import Blur

Array = npt.NDArray[Any]
Map = Callable[[Array], Array]

SCALE = 3.0
NDIMAGE_MODES = {"periodic": "grid-wrap", "zero": "grid-constant", "reflective": "reflect"}


class Wrapped(LinearOperator):
    """Another library's forward and adjoint, for the dot test that geoinv's operators have."""

    def __init__(self, shape: tuple[int, ...], forward: Map, adjoint: Map) -> None:
        self.domain_shape = self.range_shape = shape
        self.dtype = np.dtype(np.float64)
        self._forward, self._adjoint = forward, adjoint  # type: ignore[method-assign]

    def _forward(self, x: Array) -> Array:
        raise NotImplementedError

    _adjoint = _forward


def imported_deepinv() -> ModuleType:
    """The package; its torchvision cannot be imported where its compiled part was built for another PyTorch.

    Two names then miss that the blurs do not use: they are declared, and it is imported again.
    """
    try:
        import deepinv
    except RuntimeError:
        names = torch.library.Library("torchvision", "DEF")
        names.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        names.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import deepinv
    return deepinv


def point_spread(pixels: int) -> Array:
    """exp(-r/s) at all offsets between two pixels, of unit sum."""
    offsets = np.arange(1.0 - pixels, pixels)
    weights = np.exp(-np.hypot(offsets[:, None], offsets) / SCALE)
    return weights / weights.sum()


def folded(spread: Array, pixels: int) -> Array:
    """The same on a torus: what a circular convolution has of it, offset zero at pixels // 2."""
    result = np.zeros((pixels, pixels))
    places = (np.arange(1 - pixels, pixels) + pixels // 2) % pixels
    np.add.at(result, (places[:, None], places), spread)
    return result


def of_tensors(function: Callable[[Tensor], Tensor]) -> Map:
    """The same for arrays, in the same memory."""
    return lambda x: function(torch.from_numpy(x)).numpy()


def with_one_thread(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same with one of PyTorch's threads, as many as SciPy's transforms take."""

    def result(*arguments: Any) -> Any:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return function(*arguments)
        finally:
            torch.set_num_threads(threads)

    return result


def of_deepinv(deepinv: ModuleType, pixels: int, dtype: str) -> dict[str, Any]:
    """Both of its blurs with a circular boundary."""
    kernel = torch.from_numpy(folded(point_spread(pixels), pixels).astype(dtype))[None, None]
    return {
        "deepinv BlurFFT": deepinv.physics.BlurFFT((3, pixels, pixels), filter=kernel),
        "deepinv Blur(use_fft=True)": deepinv.physics.Blur(filter=kernel, padding="circular", use_fft=True),
    }


def of_scipy(boundary: str, pixels: int, dtype: str) -> dict[str, Map]:
    """Convolutions of the last two dimensions."""
    spread = point_spread(pixels).astype(dtype)[None, None]
    mode = NDIMAGE_MODES[boundary]
    found: dict[str, Map] = {"scipy.ndimage.convolve": lambda x: scipy.ndimage.convolve(x, spread, mode=mode)}
    if boundary == "zero":
        found["scipy.signal.fftconvolve"] = lambda x: scipy.signal.fftconvolve(x, spread, mode="same", axes=(-2, -1))
    return found


def compare(bench: Benchmark, where: str, ours: Map, theirs: dict[str, Map], x: Array, rounds: int) -> None:
    """Times beside each other, and how far the others' results are from ours."""
    expected = ours(x)
    seconds = median_seconds(
        {name: lambda function=function: function(x) for name, function in {"geoinv": ours, **theirs}.items()}, rounds
    )
    bench.show(f"{where}: geoinv", 1e3 * seconds["geoinv"], "ms")
    bench.details[where] = seconds
    limit = 1e-5 if x.dtype == np.float32 else 1e-12
    for name, function in theirs.items():
        bench.show(f"{where}: {name}", 1e3 * seconds[name], "ms")
        difference = float(np.linalg.norm(function(x) - expected) / np.linalg.norm(expected))
        bench.at_most(f"{where}: geoinv against {name}, relative", difference, limit)


def gradients(bench: Benchmark, where: str, ours: Any, theirs: Any, x: Array, rounds: int) -> None:
    """Forward and backward pass through PyTorch, as a training makes them."""
    tensor = torch.from_numpy(x)

    def through(apply: Callable[[Tensor], Tensor]) -> Tensor:
        leaf = tensor.detach().requires_grad_()
        return torch.autograd.grad(apply(leaf), leaf, tensor)[0]

    calls = {"as_torch(geoinv)": lambda: through(ours), "deepinv BlurFFT": lambda: through(theirs)}
    calls["as_torch(geoinv), one thread"] = with_one_thread(calls["as_torch(geoinv)"])
    calls["deepinv BlurFFT, one thread"] = with_one_thread(calls["deepinv BlurFFT"])
    for name, value in median_seconds(calls, rounds).items():
        bench.show(f"{where}: {name}, forward and backward", 1e3 * value, "ms")
    first, second = through(ours), through(theirs)
    difference = float(torch.linalg.norm(first - second) / torch.linalg.norm(second))
    bench.at_most(f"{where}: gradient of geoinv against deepinv BlurFFT, relative", difference, 1e-5)


def dot_tests(bench: Benchmark, deepinv: ModuleType | None, pixels: int) -> None:
    """Whether each forward and adjoint fit together, in float64."""
    for boundary in NDIMAGE_MODES:
        for method in ("fft", "direct"):
            A = Blur((pixels, pixels), SCALE, boundary, method)
            bench.at_most(f"dot test, {boundary}: geoinv {method}", A.dot_test(2), 1e-14)
    shape = (3, pixels, pixels)
    if deepinv is not None:
        for name, one in of_deepinv(deepinv, pixels, "float64").items():
            A = Wrapped(shape, of_tensors(one.A), of_tensors(one.A_adjoint))
            bench.show(f"dot test, periodic: {name}", A.dot_test(2))
    for boundary in NDIMAGE_MODES:
        for name, function in of_scipy(boundary, pixels, "float64").items():
            A = Wrapped((1, pixels, pixels), function, function)
            bench.show(f"dot test, {boundary}: {name}", A.dot_test(2), note="as its own adjoint: the spread is even")


def main() -> None:
    """Whole batches for the fast transforms, one small picture for the sums over all offsets; then the dot tests."""
    bench = Benchmark(__doc__)
    pixels, batch, rounds = (20, 2, 1) if bench.quick else (96, 32, 15)
    bench.show("PyTorch's threads", float(torch.get_num_threads()), note="SciPy's transforms take one")
    deepinv = None
    try:
        deepinv = imported_deepinv()
    except (ImportError, RuntimeError) as refusal:
        bench.leave_out("deepinv", f"not importable: {refusal}")
    pictures = np.random.default_rng(0).standard_normal((batch, 3, pixels, pixels))
    for dtype in ("float32", "float64"):
        x, batch_text = pictures.astype(dtype), f"{pixels} x {pixels} x 3, batch {batch}, {dtype}"
        blurs = {boundary: Blur((pixels, pixels), SCALE, boundary, dtype=dtype) for boundary in NDIMAGE_MODES}
        if deepinv is not None:
            theirs = of_deepinv(deepinv, pixels, dtype)
            maps = {name: of_tensors(blur.A) for name, blur in theirs.items()}
            maps["deepinv BlurFFT, one thread"] = with_one_thread(maps["deepinv BlurFFT"])
            compare(bench, f"periodic, {batch_text}", blurs["periodic"], maps, x, rounds)
            if dtype == "float32":
                fast = theirs["deepinv BlurFFT"].A
                gradients(bench, f"periodic, {batch_text}", as_torch(blurs["periodic"]), fast, x, rounds)
        fftconvolve = of_scipy("zero", pixels, dtype)["scipy.signal.fftconvolve"]
        compare(bench, f"zero, {batch_text}", blurs["zero"], {"scipy.signal.fftconvolve": fftconvolve}, x, rounds)
    # a sum over all offsets takes 16 times longer for twice the width
    half = pixels // 2
    one = np.ascontiguousarray(pictures[:1, :1, :half, :half])
    for boundary in NDIMAGE_MODES:
        fft, direct = (Blur((half, half), SCALE, boundary, method) for method in ("fft", "direct"))
        ndimage = of_scipy(boundary, half, "float64")["scipy.ndimage.convolve"]
        others = {"geoinv direct": direct, "scipy.ndimage.convolve": ndimage}
        compare(bench, f"{boundary}, one {half} x {half}, float64", fft, others, one, min(rounds, 5))
    dot_tests(bench, deepinv, half)
    bench.finish()


if __name__ == "__main__":
    main()
