"""Every CUDA source with every set of constants that the operators use."""

from __future__ import annotations

import numpy as np

from geoinv.operators import blur, straight_ray
from geoinv.operators.cuda import Source
from geoinv.operators.prisms.cuda.exact import BATCHES, exact_source
from geoinv.operators.prisms.cuda.gridded import fourier_source
from geoinv.operators.prisms.cuda.multipole import far_source, near_source
from geoinv.operators.prisms.cuda.precorrected_fft import lattice_source, near_cells_source
from geoinv.operators.sparse_cuda import sparse_source

TYPES = (np.dtype(np.float32), np.dtype(np.float64))

SOURCES: dict[str, Source] = {
    f"{source.file} {' '.join(f'{name}={value}' for name, value in source.constants)}": source
    for source in [
        *(
            source_of(order, batch)
            for source_of in (exact_source, near_source)
            for order in (1, 2, 3)
            for batch in BATCHES
        ),
        *(far_source(order, batch, dtype) for order in (1, 2, 3) for batch in BATCHES for dtype in TYPES),
        *(
            of(dtype)
            for of in (
                blur.source_of,
                straight_ray.source_of,
                sparse_source,
                fourier_source,
                lattice_source,
                near_cells_source,
            )
            for dtype in TYPES
        ),
    ]
}
