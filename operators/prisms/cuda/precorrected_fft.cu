// Between a lattice and the stations, as precorrected_fft/_interpolation_numba.py goes: one thread a station there,
// one thread a lattice node back, which takes the stations in their order. Nothing is added by two threads to one place.
//
// Constants: real (float or double, of the lattice), TILE (threads of a block).
// nodes (stations, 3): first lattice node of each station, sorted by row and column; weights (nodes, stations):
// of a station's nodes, easting fastest.
// begins (table_rows * table_columns + 1): how many stations lie before each row and column.

__device__ __forceinline__ int within(int column, int columns) { return min(max(column, 0), columns); }

extern "C" __global__ void interpolate(const int* nodes, const double* weights, int stations, int up_order,
                                       int north_order, int east_order, const real* lattice, int padded_rows,
                                       int padded_columns, double* data) {
    const int station = blockIdx.x * TILE + threadIdx.x;
    if (station >= stations) return;
    const int* node = nodes + 3 * (long long)station;
    double total = 0.0;
    for (int k = 0; k < up_order; ++k)
        for (int j = 0; j < north_order; ++j) {
            const real* row = lattice + ((long long)(node[0] + k) * padded_rows + node[1] + j) * padded_columns + node[2];
            const double* of_row = weights + (long long)(k * north_order + j) * east_order * stations + station;
            for (int i = 0; i < east_order; ++i) total += of_row[(long long)i * stations] * (double)row[i];
        }
    data[station] += total;
}

extern "C" __global__ void spread(const int* nodes, const double* weights, int stations, int up_order,
                                  int north_order, int east_order, const int* begins, int table_rows,
                                  int table_columns, const double* data, int rows, int columns, int padded_rows,
                                  int padded_columns, real* lattice) {
    const int segments = (columns + TILE - 1) / TILE, line = blockIdx.x / segments;
    const int first = (blockIdx.x % segments) * TILE, column = first + threadIdx.x;
    const int plane = line / rows, row = line % rows;
    if (column >= columns) return;
    double total = 0.0;
    for (int south = max(0, row - north_order + 1); south <= min(row, table_rows - 1); ++south) {
        const int* begin = begins + (long long)south * table_columns;
        const int stop = begin[within(first + TILE, table_columns)];
        for (int station = begin[within(first - east_order + 1, table_columns)]; station < stop; ++station) {
            const int k = plane - nodes[3 * (long long)station], i = column - nodes[3 * (long long)station + 2];
            if (k < 0 || k >= up_order || i < 0 || i >= east_order) continue;
            const long long node = (long long)(k * north_order + row - south) * east_order + i;
            total += data[station] * weights[node * stations + station];
        }
    }
    lattice[((long long)plane * padded_rows + row) * padded_columns + column] = (real)total;
}
