"""Products of kernel spectra with spectra of models and data, one pass over memory.

On one thread: whoever calls gives each of its threads layers of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.operators._jit import kernel

__all__ = ["spectra_to_data", "spectrum_to_models"]

Spectra = npt.NDArray[Any]


@kernel()
def spectra_to_data(kernels: Spectra, models: Spectra, data: Spectra) -> None:
    """Add kernel times model spectra, summed over unknowns and layers.

    Parameters
    ----------
    kernels : (components, unknowns, layers, rows, columns) complex array
        Spectra of the kernel table.
    models : (unknowns, layers, rows, columns) complex array
        Spectra of the padded models.
    data : (components, rows, columns) complex array
        Receives the spectra of the data, in addition to what it holds.
    """
    components, unknowns, layers, rows, columns = kernels.shape
    for c in range(components):
        for u in range(unknowns):
            for layer in range(layers):
                for j in range(rows):
                    factor, model, total = kernels[c, u, layer, j], models[u, layer, j], data[c, j]
                    for i in range(columns):
                        total[i] += factor[i] * model[i]


@kernel()
def spectrum_to_models(kernels: Spectra, data: Spectra, models: Spectra) -> None:
    """Transpose of :func:`spectra_to_data`: sum conjugate kernel times data spectra over components."""
    components, unknowns, layers, rows, columns = kernels.shape
    for u in range(unknowns):
        for layer in range(layers):
            for j in range(rows):
                model = models[u, layer, j]
                model[:] = 0.0
                for c in range(components):
                    factor, values = kernels[c, u, layer, j], data[c, j]
                    for i in range(columns):
                        model[i] += np.conj(factor[i]) * values[i]
