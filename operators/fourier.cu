// Products of kernel spectra with spectra of models and data, as _fourier_numba.py makes them; one thread a wave.
//
// Constants: real (float or double), pair (float2 or double2, a complex number), TILE (threads of a block).
// kernels (components, unknowns * layers, waves), models (unknowns * layers, waves), data (components, waves).

extern "C" __global__ void spectra_to_data(const pair* kernels, const pair* models, int components, int sources,
                                           int waves, pair* data) {
    const int blocks = (waves + TILE - 1) / TILE, component = blockIdx.x / blocks;
    const int wave = (blockIdx.x % blocks) * TILE + threadIdx.x;
    if (wave >= waves) return;
    const pair* factors = kernels + (long long)component * sources * waves;
    real re = 0, im = 0;
    for (int source = 0; source < sources; ++source) {
        const pair factor = factors[(long long)source * waves + wave], model = models[(long long)source * waves + wave];
        re += factor.x * model.x - factor.y * model.y;
        im += factor.x * model.y + factor.y * model.x;
    }
    pair total;
    total.x = re;
    total.y = im;
    data[(long long)component * waves + wave] = total;
}

extern "C" __global__ void spectrum_to_models(const pair* kernels, const pair* data, int components, int sources,
                                              int waves, pair* models) {
    const int blocks = (waves + TILE - 1) / TILE, source = blockIdx.x / blocks;
    const int wave = (blockIdx.x % blocks) * TILE + threadIdx.x;
    if (wave >= waves) return;
    real re = 0, im = 0;
    for (int component = 0; component < components; ++component) {
        const pair factor = kernels[((long long)component * sources + source) * waves + wave];
        const pair value = data[(long long)component * waves + wave];
        re += factor.x * value.x + factor.y * value.y;
        im += factor.x * value.y - factor.y * value.x;
    }
    pair total;
    total.x = re;
    total.y = im;
    models[(long long)source * waves + wave] = total;
}
