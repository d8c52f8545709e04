// Corrections of near cells, as precorrected_fft/_near_numba.py sums them: one block a station, and back one thread a
// cell, which takes the stations in their order. Nothing is added by two threads to one place.
//
// Constants: real (float or double, of the corrections), TILE (threads of a block).
// A station's near cells are a ball round its own cell, cut off at the grid's sides and at its layers: runs along
// easting, layer by layer, northing outermost. extent (2 * reach_north + 1, 2 * reach_up + 1) has the cells to either
// side, -1 where none is. Stations are sorted by row and column; begins (table_rows * table_columns + 1) counts those
// before each row and column, from the first that any station lies in.

typedef long long int64;

// first and one past the last near cell of a run; none where the second is not above the first
__device__ __forceinline__ void span(const int* cell, const int* extent, int reach_north, int reach_up, int row,
                                     int layer, int columns, int& west, int& end) {
    const int half = extent[(row - cell[1] + reach_north) * (2 * reach_up + 1) + layer - cell[0] + reach_up];
    west = max(0, cell[2] - half);
    end = min(columns, cell[2] + half + 1);
}

__device__ __forceinline__ int within(int column, int columns) { return min(max(column, 0), columns); }

extern "C" __global__ void near_forward(const int* cells, const int* layers, const int64* starts, const int* extent,
                                        int reach_north, int reach_up, const real* values, const double* model,
                                        int rows, int columns, double* data) {
    __shared__ double held[TILE];
    const int64 station = blockIdx.x;
    const int* cell = cells + 3 * station;
    int64 at = starts[station];
    double total = 0.0;
    for (int row = max(0, cell[1] - reach_north); row < min(rows, cell[1] + reach_north + 1); ++row)
        for (int layer = layers[2 * station]; layer < layers[2 * station + 1]; ++layer) {
            int west, end;
            span(cell, extent, reach_north, reach_up, row, layer, columns, west, end);
            const double* run = model + ((int64)layer * rows + row) * columns;
            for (int column = west + threadIdx.x; column < end; column += TILE)
                total += (double)values[at + column - west] * run[column];
            at += max(0, end - west);
        }
    held[threadIdx.x] = total;
    __syncthreads();
    if (threadIdx.x > 0) return;
    for (int other = 1; other < TILE; ++other) total += held[other];
    data[station] += total;
}

// row_starts (stations, 2 * reach_north + 1): entries of a station before each row of its ball
extern "C" __global__ void near_adjoint(const int* cells, const int* layers, const int64* starts,
                                        const int* row_starts, const int* begins, int first_row, int first_column,
                                        int table_rows, int table_columns, const int* extent, int reach_north,
                                        int reach_up, int reach_east, const real* values, const double* data, int rows,
                                        int columns, double* model) {
    const int segments = (columns + TILE - 1) / TILE, line = blockIdx.x / segments;
    const int first = (blockIdx.x % segments) * TILE, column = first + threadIdx.x;
    const int layer = line / rows, row = line % rows;
    if (column >= columns) return;
    double total = 0.0;
    const int last = min(row + reach_north, first_row + table_rows - 1);
    for (int south = max(row - reach_north, first_row); south <= last; ++south) {
        const int* begin = begins + (int64)(south - first_row) * table_columns;
        const int stop = begin[within(first + TILE + reach_east - first_column, table_columns)];
        for (int64 station = begin[within(first - reach_east - first_column, table_columns)]; station < stop; ++station) {
            if (layer < layers[2 * station] || layer >= layers[2 * station + 1]) continue;
            const int* cell = cells + 3 * station;
            int64 at = starts[station] + row_starts[station * (2 * reach_north + 1) + row - south + reach_north];
            int west, end;
            for (int below = layers[2 * station]; below < layer; ++below) {
                span(cell, extent, reach_north, reach_up, row, below, columns, west, end);
                at += max(0, end - west);
            }
            span(cell, extent, reach_north, reach_up, row, layer, columns, west, end);
            if (column >= west && column < end) total += data[station] * (double)values[at + column - west];
        }
    }
    model[((int64)layer * rows + row) * columns + column] += total;
}
