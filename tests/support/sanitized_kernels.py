"""Runs every CUDA kernel on the CPU; a script for AddressSanitizer, which has to be there when Python starts.

With ``--overrun`` an output is one number too short.
"""

from __future__ import annotations

import sys

import makers
import numpy as np
from emulated_gpu import EmulatedGpu

from geoinv.operators import Magnetics, blur
from geoinv.operators.magnetic import magnetic_problem
from geoinv.operators.prisms.cuda.direct import DirectCuda
from geoinv.operators.prisms.cuda.gridded import fourier_source
from geoinv.operators.prisms.cuda.precorrected_fft import LatticeCuda
from geoinv.operators.sparse_cuda import SparseSum
from geoinv.operators.straight_ray import back_project_on_gpu, integrate_on_gpu


def main() -> None:
    """Odd sizes, so that the last block of each kernel is not full."""
    gpu = EmulatedGpu(2, ("-g", "-fsanitize=address", "-fno-omit-frame-pointer"))
    random = np.random.default_rng(0)
    if "--overrun" in sys.argv:
        gpu.run(blur.source_of(np.dtype(float)), "sum_over_offsets", 1, *np.ones((2, 700)), 1, 20, 9, np.empty(179))
        print("not caught")
        return
    for rtol in (None, 1e-4):
        survey = makers.scattered_survey(("tmi",))
        problem = magnetic_problem(makers.regular_grid(), survey, "susceptibility", np.dtype(np.float32), rtol)
        engine = DirectCuda(problem, gpu)
        engine.adjoint(engine.forward(random.standard_normal((1, 1, *problem.cells.shape))))
    A = Magnetics(makers.regular_grid(), makers.scattered_survey(("tmi",)), "lattice", rtol=1e-4)
    lattice = LatticeCuda(A._built(), gpu)
    lattice.adjoint(lattice.forward(random.standard_normal((1, 1, *A.grid.shape))))
    A = makers.rays((20, 35))
    rays, lengths = (resident.array for resident in A._on_gpu)
    times, section = np.empty((2, lengths.size)), random.standard_normal((2, 20, 35))
    integrate_on_gpu(gpu, rays, lengths, section, times)
    back_project_on_gpu(gpu, rays, lengths, times, section)
    blur.sum_on_gpu(gpu, np.ones((5, 7, 9)), np.ones((2, 7, 10, 13)), np.empty((2, 3, 4, 5)))
    SparseSum(np.array([3, 0]), np.array([1, 1]), np.ones(2), np.dtype(float)).add(gpu, times, times)
    kernels, models, data = (np.ones(shape, complex) for shape in ((2, 3, 5), (3, 5), (2, 5)))
    gpu.run(fourier_source(np.dtype(float)), "spectra_to_data", 2, kernels, models, 2, 3, 5, data)
    gpu.run(fourier_source(np.dtype(float)), "spectrum_to_models", 3, kernels, data, 2, 3, 5, models)
    print("clean")


if __name__ == "__main__":
    main()
