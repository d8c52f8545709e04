// Blurring offset by offset, as _blur_numba.py does: a padded picture summed with a table of weights.
//
// Constants: real (float or double), TILE (threads of a block). weights (2 layers - 1, 2 rows - 1, 2 columns - 1),
// padded (batch, 3 layers - 2, 3 rows - 2, 3 columns - 2), blurred (batch, layers, rows, columns). One thread a cell,
// each picture with blocks of its own, a tile of a row of weights in shared memory.

extern "C" __global__ void sum_over_offsets(const real* weights, const real* padded, int layers, int rows, int columns,
                                            real* blurred) {
    __shared__ real weight[TILE];
    const int cells = layers * rows * columns, blocks = (cells + TILE - 1) / TILE, item = blockIdx.x / blocks;
    const int cell = (blockIdx.x % blocks) * TILE + threadIdx.x;
    const int place = cell < cells ? cell : cells - 1;
    const int column = place % columns, row = place / columns % rows, layer = place / columns / rows;
    const int wide = 3 * columns - 2, high = 3 * rows - 2, width = 2 * columns - 1, height = 2 * rows - 1;
    const real* picture = padded + (long long)item * (3 * layers - 2) * high * wide;
    real total = 0;
    for (int up = 0; up < 2 * layers - 1; ++up)
        for (int along = 0; along < height; ++along) {
            const real* source = picture + ((long long)(layer + up) * high + row + along) * wide + column;
            for (int first = 0; first < width; first += TILE) {
                const int across = first + threadIdx.x, most = width - first < TILE ? width - first : TILE;
                if (across < width) weight[threadIdx.x] = weights[((long long)up * height + along) * width + across];
                __syncthreads();
                for (int i = 0; i < most; ++i) total += weight[i] * source[first + i];
                __syncthreads();
            }
        }
    if (cell < cells) blurred[(long long)item * cells + cell] = total;
}
