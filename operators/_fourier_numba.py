"""Products of kernel spectra with spectra of models and data, one pass over memory.

On one thread: the products wait for memory anyway, and the idle workers of a parallel loop keep
spinning on the cores that the next Fourier transform's own threads need. On a quiet machine both
forms take the same time; on a busy one the parallel form made small problems 4 to 30 times slower.
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
    """Sum kernel times model spectra over unknowns and layers.

    Parameters
    ----------
    kernels : (components, unknowns, layers, rows, columns) complex array
        Spectra of the kernel table.
    models : (unknowns, layers, rows, columns) complex array
        Spectra of the padded models.
    data : (components, rows, columns) complex array
        Receives the spectra of the data.
    """
    components, unknowns, layers, rows, columns = kernels.shape
    for j in range(rows):
        for c in range(components):
            total = data[c, j]
            total[:] = 0.0
            for u in range(unknowns):
                for layer in range(layers):
                    factor, model = kernels[c, u, layer, j], models[u, layer, j]
                    for i in range(columns):
                        total[i] += factor[i] * model[i]


@kernel()
def spectrum_to_models(kernels: Spectra, data: Spectra, models: Spectra) -> None:
    """Transpose of :func:`spectra_to_data`: sum conjugate kernel times data spectra over components."""
    components, unknowns, layers, rows, columns = kernels.shape
    for j in range(rows):
        for u in range(unknowns):
            for layer in range(layers):
                model = models[u, layer, j]
                model[:] = 0.0
                for c in range(components):
                    factor, values = kernels[c, u, layer, j], data[c, j]
                    for i in range(columns):
                        model[i] += np.conj(factor[i]) * values[i]
