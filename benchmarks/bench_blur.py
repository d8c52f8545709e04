"""How fast and how exact Blur is beside deepinv, PyTorch, PyLops and SciPy: same spread, boundary and process."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.ndimage
import scipy.signal
from record import Benchmark
from turns import median_seconds
from wrapped import Wrapped

from geoinv.operators import Blur

try:
    import torch
except ModuleNotFoundError:  # a peer, among others
    torch = None

if TYPE_CHECKING:
    from torch import Tensor

Array = npt.NDArray[Any]
Map = Callable[[Array], Array]

SCALE = 3.0
NDIMAGE_MODES = {"periodic": "grid-wrap", "zero": "grid-constant", "reflective": "reflect"}


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
        "deepinv BlurFFT": deepinv.physics.BlurFFT((1, pixels, pixels), filter=kernel),
        "deepinv Blur(use_fft=True)": deepinv.physics.Blur(filter=kernel, padding="circular", use_fft=True),
    }


def of_torch(pixels: int, dtype: str) -> Map:
    """Circular convolution by PyTorch's own transforms."""
    kernel = np.roll(folded(point_spread(pixels), pixels), (-(pixels // 2), -(pixels // 2)), axis=(0, 1))
    spectrum = torch.fft.rfft2(torch.from_numpy(kernel.astype(dtype)))
    return of_tensors(lambda x: torch.fft.irfft2(torch.fft.rfft2(x) * spectrum, s=(pixels, pixels)))


def of_pylops(shape: tuple[int, ...], dtype: str) -> Map:
    """Its convolution of the last two dimensions, nothing outside."""
    import pylops

    spread = point_spread(shape[-1]).astype(dtype)
    centre = (shape[-1] - 1, shape[-1] - 1)
    theirs = pylops.signalprocessing.Convolve2D(shape, h=spread, offset=centre, axes=(-2, -1), dtype=dtype)
    return lambda x: np.asarray(theirs @ x)


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
    bench.details[where] = seconds
    differences = {
        name: float(np.linalg.norm(function(x) - expected) / np.linalg.norm(expected))
        for name, function in theirs.items()
    }
    rows: list[list[str | float]] = [[name, 1e3 * seconds[name], differences[name]] for name in theirs]
    bench.table(where, ("", "ms", "relative difference"), [["geoinv", 1e3 * seconds["geoinv"], "-"], *rows])
    limit = 1e-5 if x.dtype == np.float32 else 1e-12
    bench.at_most(f"{where}: relative difference from the others", float(np.max([*differences.values()])), limit)
    if not bench.quick:
        fastest = min(theirs, key=lambda name: seconds[name])
        ratio = seconds["geoinv"] / seconds[fastest]
        bench.at_most(f"{where}: geoinv over the fastest of the others", ratio, 1.0, note=f"which is {fastest}")


def gradients(bench: Benchmark, where: str, ours: Blur, theirs: Any, x: Array, rounds: int) -> None:
    """Forward and backward pass through PyTorch, as a training makes them."""
    from geoinv import as_torch

    mine = as_torch(ours)
    tensor = torch.from_numpy(x)

    def through(apply: Callable[[Tensor], Tensor]) -> Tensor:
        leaf = tensor.detach().requires_grad_()
        return torch.autograd.grad(apply(leaf), leaf, tensor)[0]

    calls = {"as_torch(geoinv)": lambda: through(mine), "deepinv BlurFFT": lambda: through(theirs)}
    calls["as_torch(geoinv), one thread"] = with_one_thread(calls["as_torch(geoinv)"])
    calls["deepinv BlurFFT, one thread"] = with_one_thread(calls["deepinv BlurFFT"])
    for name, value in median_seconds(calls, rounds).items():
        bench.show(f"{where}: {name}, forward and backward", 1e3 * value, "ms")
    first, second = through(mine), through(theirs)
    difference = float(torch.linalg.norm(first - second) / torch.linalg.norm(second))
    bench.at_most(f"{where}: gradient of geoinv against deepinv BlurFFT, relative", difference, 1e-5)


def dot_tests(bench: Benchmark, deepinv: ModuleType | None, pixels: int) -> None:
    """Whether each forward and adjoint fit together, in float64."""
    for boundary in NDIMAGE_MODES:
        for method in ("fft", "direct"):
            A = Blur((pixels, pixels), SCALE, boundary, method)
            bench.at_most(f"dot test, {boundary}: geoinv {method}", A.dot_test(2), 1e-14)
    shape = (1, pixels, pixels)
    if deepinv is not None:
        for name, one in of_deepinv(deepinv, pixels, "float64").items():
            A = Wrapped(shape, shape, of_tensors(one.A), of_tensors(one.A_adjoint))
            bench.show(f"dot test, periodic: {name}", A.dot_test(2))
    for boundary in NDIMAGE_MODES:
        for name, function in of_scipy(boundary, pixels, "float64").items():
            A = Wrapped((1, pixels, pixels), (1, pixels, pixels), function, function)
            bench.show(f"dot test, {boundary}: {name}", A.dot_test(2), note="as its own adjoint: the spread is even")


def batches(bench: Benchmark, deepinv: ModuleType | None, pixels: int, batch: int, rounds: int) -> None:
    """Fast transforms of whole batches, at the boundaries that the peers have."""
    pictures = np.random.default_rng(0).standard_normal((batch, 1, pixels, pixels))
    for dtype in ("float32", "float64"):
        x, batch_text = pictures.astype(dtype), f"{pixels} x {pixels}, batch {batch}, {dtype}"
        periodic, zero = (Blur((pixels, pixels), SCALE, boundary, dtype=dtype) for boundary in ("periodic", "zero"))
        maps: dict[str, Map] = {}
        if torch is not None:
            maps["torch.fft"] = of_torch(pixels, dtype)
        if deepinv is not None:
            theirs = of_deepinv(deepinv, pixels, dtype)
            maps |= {name: of_tensors(blur.A) for name, blur in theirs.items()}
            maps["deepinv BlurFFT, one thread"] = with_one_thread(maps["deepinv BlurFFT"])
        if maps:
            compare(bench, f"periodic, {batch_text}", periodic, maps, x, rounds)
        if deepinv is not None and dtype == "float32":
            gradients(bench, f"periodic, {batch_text}", periodic, theirs["deepinv BlurFFT"].A, x, rounds)
        maps = {"scipy.signal.fftconvolve": of_scipy("zero", pixels, dtype)["scipy.signal.fftconvolve"]}
        if bench.has("pylops", f"zero, {batch_text}: PyLops Convolve2D"):
            maps["PyLops Convolve2D"] = of_pylops(x.shape, dtype)
        compare(bench, f"zero, {batch_text}", zero, maps, x, rounds)


def main() -> None:
    """Whole batches for the fast transforms, one small picture for the sums over all offsets; then the dot tests."""
    bench = Benchmark(__doc__)
    deepinv = None
    if bench.has("torch", "PyTorch and deepinv"):
        bench.show("PyTorch's threads", float(torch.get_num_threads()), note="SciPy's transforms take one")
        try:
            deepinv = imported_deepinv()
        except (ImportError, RuntimeError) as refusal:
            bench.leave_out("deepinv", f"not importable: {refusal}")
    pixels, rounds = (20, 1) if bench.quick else (96, 15)
    for width, batch in [(pixels, 2)] if bench.quick else [(pixels, 64), (512, 1)]:
        batches(bench, deepinv, width, batch, rounds)
    # a sum over all offsets takes 16 times longer for twice the width
    half = pixels // 2
    one = np.random.default_rng(0).standard_normal((1, 1, half, half))
    for boundary in NDIMAGE_MODES:
        fft, direct = (Blur((half, half), SCALE, boundary, method) for method in ("fft", "direct"))
        ndimage = of_scipy(boundary, half, "float64")["scipy.ndimage.convolve"]
        others = {"geoinv direct": direct, "scipy.ndimage.convolve": ndimage}
        compare(bench, f"{boundary}, one {half} x {half}, float64", fft, others, one, min(rounds, 5))
    dot_tests(bench, deepinv, half)
    bench.finish()


if __name__ == "__main__":
    main()
