"""Inverse networks between the leading modes of data and models: estimate, fit to the target, posterior samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from geoinv.algebra.linear_operator import LinearOperator
from geoinv.algebra.torch_bridge import as_torch
from geoinv.core.checks import InputError, shape_text, whole_number
from geoinv.embeddings.separable import SeparableModes
from geoinv.learned.configuration.stored_operator import describe_operator
from geoinv.learned.configuration.table_checks import call_with, shown
from geoinv.learned.layers.error_model import ErrorModel
from geoinv.learned.layers.layout import Layout
from geoinv.learned.layers.weights import load_into, write_weights
from geoinv.learned.networks.fit_estimate import FitEstimate
from geoinv.learned.networks.mode_cores import CORES, ModeCore

if TYPE_CHECKING:
    from geoinv.inversion.solution import Solution

__all__ = ["ModeNetwork"]


class ModeNetwork(nn.Module):
    """Estimate of a model from data by a small network between their leading modes.

    ::

        net(d) = s E core(P'd / s),   s = mean |d|

    An amplitude on the data is one on the model, exactly. E are separable modes of the models
    (:class:`geoinv.embeddings.SeparableModes`), the columns of P orthonormal modes of the data.

    Parameters
    ----------
    A : LinearOperator
        The physics that it was, or will be, trained for; its data are one row.
    factors : sequence of (cells, modes) arrays
        Of E, one an axis.
    data_modes : (modes, data) array
        P'.
    core : ModeCore
        Trained on pairs of data and coefficients in units of s.

    Attributes
    ----------
    modes : SeparableModes
        E.
    errors : ErrorModel
        How far the estimates are off, for :meth:`invert` and :meth:`sample`.
    """

    data_modes: Tensor

    def __init__(
        self, A: LinearOperator, factors: Sequence[npt.ArrayLike], data_modes: npt.ArrayLike, core: ModeCore
    ) -> None:
        super().__init__()
        self.operator = A
        self.layout = Layout(tuple(A.domain_shape), tuple(A.range_shape), 1, dense=False)
        modes = SeparableModes(factors, np.float32)
        rows = torch.as_tensor(np.asarray(data_modes, np.float32))
        if modes.range_shape != self.layout.domain_shape or rows.shape[1] != int(np.prod(self.layout.range_shape)):
            raise InputError(
                f"ModeNetwork expects modes of models {shape_text(self.layout.domain_shape)} and data "
                f"{shape_text(self.layout.range_shape)}, as {A.name} has them, got {shape_text(modes.range_shape)} and "
                f"{rows.shape[1]} data"
            )
        for axis, factor in enumerate(modes.factors):
            self.register_buffer(f"factor_{axis}", torch.from_numpy(factor))
        self.register_buffer("data_modes", rows)
        self.core = core
        self.errors = ErrorModel(int(np.prod(modes.domain_shape)), len(rows))
        # in float64, of the numbers as they are kept
        self.modes = SeparableModes(modes.factors)
        self._in_torch = as_torch(self.modes)
        self._fit: FitEstimate | None = None

    @property
    def name(self) -> str:
        """What the network is called in errors and files."""
        return type(self).__name__

    @property
    def parameter_count(self) -> int:
        """How many numbers of the estimate are learned."""
        return sum(p.numel() for p in self.core.parameters() if p.requires_grad)

    def estimate(self, data: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Coefficients and data modes, in units of s, and s (samples, 1), of data (samples, data)."""
        values = data.to(self.data_modes.dtype)
        size = values.abs().mean(1, keepdim=True)
        y = values / size.clamp_min(torch.finfo(values.dtype).tiny) @ self.data_modes.T
        return self.core(y), y, size

    def forward(self, d: Any) -> Any:
        """Recover models from data.

        Parameters
        ----------
        d : (batch..., *A.range_shape) tensor or array

        Returns
        -------
        (batch..., *A.domain_shape) tensor or array
            As the data are.

        Raises
        ------
        InputError
            If the shape does not fit.
        """
        if not isinstance(d, Tensor):
            with torch.no_grad():
                return self.forward(torch.as_tensor(np.asarray(d, np.float32))).numpy()
        data, batch = self.layout.data_batch(self.name, d)
        c, _, size = self.estimate(data.reshape(len(data), -1))
        x = self._in_torch((c * size).reshape(-1, *self.modes.domain_shape))
        return self.layout.model_result(x, batch).to(d.dtype)

    def invert(self, d: npt.ArrayLike, uncertainty: npt.ArrayLike, target: float = 1.0) -> Solution:
        """Model nearest to the estimate that fits the data to the target.

        Nearest in the metric of the errors that the network lets expect for these data: along what it tells well the
        model moves little. An estimate whose chi^2/N is above the target by no more than the scatter of the truth's
        own, two times ``sqrt(2 / N)`` and 4 % at most, is left as it is.

        Parameters
        ----------
        d : array of ``A.range_shape``
        uncertainty : array or float
            Standard deviations of the data.
        target : float
            chi^2/N.

        Returns
        -------
        Solution
            Its status says where the data cannot be fitted.

        Raises
        ------
        InputError
            As :func:`geoinv.invert`.
        """
        return self._fitting().invert(d, uncertainty, target)

    def sample(self, d: npt.ArrayLike, uncertainty: npt.ArrayLike, n: int, seed: int = 0) -> npt.NDArray[np.float64]:
        """Models that the data leave possible, by the network's calibrated errors.

        Parameters
        ----------
        d, uncertainty : array of ``A.range_shape``, array or float
            As for :meth:`invert`.
        n : int
            How many.
        seed : int
            Of the draws.

        Returns
        -------
        (n, *A.domain_shape) array

        Raises
        ------
        InputError
            If n is no whole number from 1 on or the seed none from 0 on, or as :meth:`invert`.
        """
        count, start = whole_number("sample", "n", n, least=1), whole_number("sample", "seed", seed)
        return self._fitting().sample(d, uncertainty, count, start)

    def _fitting(self) -> FitEstimate:
        """A of the modes, made once: an application for each."""
        if self._fit is None:
            self._fit = FitEstimate.of(type(self.core).__name__, self.estimate, self.errors, self.operator, self.modes)
        return self._fit

    def save(self, path: str | Path, half: bool = False, **extra: Any) -> None:
        """Write the weights with what makes the network again, as safetensors.

        Parameters
        ----------
        path : str or Path
        half : bool
            Round what is learned, and the modes of data and errors, to float16, for a file of half the size.
        **extra
            Kept in the file's description.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        shapes = {"domain_shape": self.layout.domain_shape, "range_shape": self.layout.range_shape}
        about = {"core": type(self.core).__name__, "settings": self.core.settings, **shapes}
        rounded = {*dict(self.named_parameters()), "data_modes", "errors.axes"} if half else set()
        weights = {name: tensor.half() if name in rounded else tensor for name, tensor in self.state_dict().items()}
        write_weights(path, self.name, {**about, **describe_operator(self.operator), **extra}, weights)

    @classmethod
    def of_file(
        cls, path: str | Path, A: LinearOperator, description: Mapping[str, Any], tensors: Mapping[str, Tensor]
    ) -> ModeNetwork:
        """Network of a file's description and tensors.

        Raises
        ------
        InputError
            If they do not make one.
        """
        kind, settings = description.get("core"), description.get("settings")
        if kind not in CORES or not isinstance(settings, dict):
            raise InputError(f"{path} expects a network in modes, one of {', '.join(CORES)}, got {shown(kind)}")
        axes = [f"factor_{axis}" for axis in range(len(A.domain_shape))]
        needed = {name: f"core.{name}" for name in CORES[kind].made_with}
        for name in (*axes, "data_modes", *needed.values()):
            if name not in tensors:
                raise InputError(f"{path} expects the tensor {name}, got none; it is cut off: copy it again")
        made_with = {name: tensors[place].float() for name, place in needed.items()}
        core = call_with(f"{path} (settings of its {kind})", CORES[kind], {**settings, **made_with})
        factors = [tensors[axis].float().numpy() for axis in axes]
        network = cls(A, factors, tensors["data_modes"].float().numpy(), core)
        load_into(path, network, tensors)
        return network.eval()
