// Exact prisms, every station against every node of the grid, for one component and one unknown.
//
// Constants: ORDER (derivatives of the integral of 1/r: 1, 2 or 3), BATCH (models that share a kernel value), TILE
// (threads of a block).
// Nodes carry the alternating differences of the models, their charges (BATCH, layers, rows, columns); rows without
// any charge are left out of the list of occupied ones, which holds layer * rows + row. Stations are (3, stations).

#include "prism_kernel.cuh"

__device__ __forceinline__ Layer layer_at(const double* y_nodes, int rows, const double* z_edges, int layer_row,
                                          double y, double z) {
    const int layer = layer_row / rows, row = layer_row % rows;
    Layer at;
    at.x = 0.0;
    at.y = y_nodes[row] - y;
    at.z1 = z_edges[layer] - z;
    at.z2 = z_edges[layer + 1] - z;
    at.east_of_all = false;
    at.north_of_all = y_nodes[rows - 1] - y < 0.0;
    return at;
}

// adds to data (BATCH, stations); one thread a station, a tile of a row's nodes in shared memory
extern "C" __global__ void exact_forward(const double* weights, const double* x_nodes, int columns,
                                         const double* y_nodes, int rows, const double* z_edges, int layers,
                                         const int* occupied, int occupied_count, const double* stations, int count,
                                         const double* charges, double* data) {
    __shared__ double nodes[TILE];
    __shared__ double charge[BATCH][TILE];
    const int station = blockIdx.x * TILE + threadIdx.x, place = station < count ? station : count - 1;
    const double x = stations[place], y = stations[count + place], z = stations[2 * (long long)count + place];
    const bool east_of_all = x_nodes[columns - 1] < x;
    double total[BATCH];
    for (int b = 0; b < BATCH; ++b) total[b] = 0.0;
    for (int item = 0; item < occupied_count; ++item) {
        Layer at = layer_at(y_nodes, rows, z_edges, occupied[item], y, z);
        at.east_of_all = east_of_all;
        at.unit = unit_of_length(x_nodes[0] - x, x_nodes[columns - 1] - x, at);
        for (int first = 0; first < columns; first += TILE) {
            const int node = first + threadIdx.x, most = columns - first < TILE ? columns - first : TILE;
            if (node < columns) {
                nodes[threadIdx.x] = x_nodes[node];
                for (int b = 0; b < BATCH; ++b)
                    charge[b][threadIdx.x] =
                        charges[(((long long)b * layers * rows) + occupied[item]) * columns + node];
            }
            __syncthreads();
            for (int i = 0; i < most; ++i) {
                at.x = nodes[i] - x;
                const double value = prism_kernel(weights, at);
                for (int b = 0; b < BATCH; ++b) total[b] += value * charge[b][i];
            }
            __syncthreads();
        }
    }
    if (station < count)
        for (int b = 0; b < BATCH; ++b) data[(long long)b * count + station] += total[b];
}

// transpose: adds to charges; one thread a node of an occupied row, a tile of stations in shared memory
extern "C" __global__ void exact_adjoint(const double* weights, const double* x_nodes, int columns,
                                         const double* y_nodes, int rows, const double* z_edges, int layers,
                                         const int* occupied, int occupied_count, const double* stations, int count,
                                         const double* data, double* charges) {
    __shared__ double place[3][TILE];
    __shared__ double values[BATCH][TILE];
    const int blocks_a_row = (columns + TILE - 1) / TILE, item = blockIdx.x / blocks_a_row;
    const int node = (blockIdx.x % blocks_a_row) * TILE + threadIdx.x, layer_row = occupied[item];
    const double x_node = x_nodes[node < columns ? node : columns - 1], x_last = x_nodes[columns - 1];
    double total[BATCH];
    for (int b = 0; b < BATCH; ++b) total[b] = 0.0;
    for (int first = 0; first < count; first += TILE) {
        const int station = first + threadIdx.x, most = count - first < TILE ? count - first : TILE;
        if (station < count) {
            for (int axis = 0; axis < 3; ++axis) place[axis][threadIdx.x] = stations[(long long)axis * count + station];
            for (int b = 0; b < BATCH; ++b) values[b][threadIdx.x] = data[(long long)b * count + station];
        }
        __syncthreads();
        for (int i = 0; i < most; ++i) {
            Layer at = layer_at(y_nodes, rows, z_edges, layer_row, place[1][i], place[2][i]);
            at.x = x_node - place[0][i];
            at.east_of_all = x_last < place[0][i];
            at.unit = unit_of_length(x_nodes[0] - place[0][i], x_last - place[0][i], at);
            const double value = prism_kernel(weights, at);
            for (int b = 0; b < BATCH; ++b) total[b] += value * values[b][i];
        }
        __syncthreads();
    }
    if (node < columns)
        for (int b = 0; b < BATCH; ++b)
            charges[(((long long)b * layers * rows) + layer_row) * columns + node] += total[b];
}
