"""Command ``apply``: a trained network on the user's data."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from geoinv.cli.support.extras import require_learning
from geoinv.cli.support.outputs import check_output, provenance, write_result
from geoinv.cli.support.progress_display import progress_shown
from geoinv.cli.support.terminal import cost, say, warn
from geoinv.core.checks import InputError

if TYPE_CHECKING:
    import xarray as xr

    from geoinv.algebra.linear_operator import LinearOperator

__all__ = ["apply"]

DOUBTFUL = 0.5
"""Misfit, as a share of the mean ``|d|``, that no trained network leaves in data of its own kind."""


def apply(
    context: typer.Context,
    weights: Annotated[Path, typer.Argument(metavar="WEIGHTS", help="Trained network: a .safetensors file.")],
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="Data: .npy, or the one variable of a netCDF file; samples first.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Models to write: .nc or .npy.")],
    config: Annotated[
        Path | None,
        typer.Option(metavar="CONFIG", help="Configuration with the table [operator].  [default: as in the weights]"),
    ] = None,
) -> None:
    """Find models from data with a trained network, and say how well they explain the data.

    Example: geoinv apply trained/weights.safetensors data.npy --out models.nc
    """
    require_learning("apply")
    from geoinv.learned import load
    from geoinv.learned.configuration.model_files import native, read_npy, read_variable
    from geoinv.learned.configuration.stored_operator import operator_text
    from geoinv.learned.layers.weights import read_weights
    from geoinv.learned.sampling.reconstruction import reconstruct
    from geoinv.learned.training.configuration import read_operator

    began = time.perf_counter()
    inputs = [path for path in (weights, data, config) if path is not None]
    check_output(out, (".nc", ".npy"), inputs)
    _check_weights(weights, read_weights(weights)[0], config)
    network = load(weights, None if config is None else read_operator(config))
    A = network.operator
    say("network", f"{weights}: {network.name}, {network.parameter_count} parameters")
    say("operator", f"{operator_text(A)}, as in {weights if config is None else config}")
    source = read_variable(data) if data.suffix.lower() == ".nc" else None
    values = read_npy(data) if source is None else native(source.to_numpy())
    origin = provenance(context, inputs)
    with progress_shown("reconstruction"):
        found = reconstruct(network, A, values, network.layout.channels)
    share = f", {found.misfit / found.size:.2%} of mean |d|" if found.size > 0.0 else ""
    say("misfit", f"{found.misfit:.4g} per datum (root mean square of A x - d){share}")
    if found.misfit > DOUBTFUL * found.size:
        warn(
            f"the models hardly explain the data: do these come from {A.name}, in the unit of those that the network "
            "was trained with, and in the order of its axes?"
        )
    written = write_result(out, lambda path: _write(path, found.models, A, source, origin))
    say("cost", cost(began))
    say("wrote", str(written.path))
    written.confirm()


def _check_weights(weights: Path, description: Mapping[str, Any], config: Path | None) -> None:
    """Reject, in the words of the command, what only Python could apply."""
    settings = description.get("settings")
    if isinstance(settings, dict) and settings.get("embedding") == "dictionary":
        raise InputError(
            f"apply expects a network without a dictionary, got {weights} with one, which no file holds; apply it in "
            "Python: geoinv.learned.load(path, A, dictionary=E)"
        )
    if config is None and "operator" not in description:
        raise InputError(f"{weights} expects its operator, which is not in the file; name it with --config CONFIG")
    if not {"operator", "response"} & set(description):
        warn(
            f"{weights} is of an older version, and nothing tells whether {config} has the operator it was trained with"
        )


def _write(
    out: Path, models: npt.NDArray[Any], A: LinearOperator, source: xr.DataArray | None, origin: dict[str, str]
) -> None:
    """Write models as .npy, or as netCDF with the leading dimensions of the data."""
    from geoinv.formats import whole_file, write_netcdf

    if out.suffix.lower() == ".npy":
        with whole_file(out) as partial, open(partial, "wb") as file:
            np.save(file, models)
        return
    import xarray as xr

    rank = len(A.domain_shape)
    leading = models.ndim - rank
    names = A.domain_names or tuple(f"axis_{number}" for number in range(rank))
    dims = (*_leading_names(leading, source, names), *names)
    coordinates = {} if source is None else {name: source[name] for name in dims[:leading] if name in source.coords}
    model = xr.DataArray(models, coordinates, dims, name="model")
    write_netcdf(out, model.to_dataset().assign_attrs(origin))


def _leading_names(count: int, source: xr.DataArray | None, taken: Sequence[str]) -> tuple[str, ...]:
    """Names of the dimensions of samples and channels: those of the data where they have some."""
    own = () if source is None else tuple(map(str, source.dims[:count]))
    if len(own) == count and not set(own) & set(taken):
        return own
    return ("sample", "channel")[:count] if count <= 2 else tuple(f"sample_{number}" for number in range(count))
