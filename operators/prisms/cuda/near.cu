// Exact prisms for the pairs of a station and a cell that multipole.cu leaves out; arguments as there.
//
// Constants: ORDER (derivatives of the integral of 1/r: 1, 2 or 3), BATCH (models that share an entry), TILE (threads
// of a block).

#include "prism_kernel.cuh"
#include "near.cuh"

// datum of one cell: its four vertical edges, each with the difference along z taken inside
__device__ double cell_value(const double* weights, const double* x_nodes, int columns, int column,
                             const double* y_nodes, int rows, int row, const double* z_nodes, int layer, double x,
                             double y, double z) {
    double value = 0.0;
    for (int edge = 0; edge < 4; ++edge) {
        Layer at;
        at.x = x_nodes[column + edge % 2] - x;
        at.y = y_nodes[row + edge / 2] - y;
        at.z1 = z_nodes[layer] - z;
        at.z2 = z_nodes[layer + 1] - z;
        at.east_of_all = x_nodes[columns] < x;
        at.north_of_all = y_nodes[rows] - y < 0.0;
        at.unit = unit_of_length(x_nodes[column] - x, x_nodes[column + 1] - x, at);
        const double of_edge = prism_kernel(weights, at);
        value += edge == 0 || edge == 3 ? of_edge : -of_edge;
    }
    return value;
}

// adds to data (BATCH, stations); one thread a station
extern "C" __global__ void near_forward(const double* stations, int count, const double* bounds, const double* x_cells,
                                        int columns, const double* y_cells, const double* z_cells, const int* rows,
                                        int row_count, int all_rows, const double* near, const double* farthest,
                                        const double* weights, const double* x_nodes, const double* y_nodes,
                                        int rows_along_y, const double* z_nodes, const double* models, double* data) {
    const int station = blockIdx.x * TILE + threadIdx.x;
    if (station >= count) return;
    const double x = stations[station], y = stations[count + station], z = stations[2 * (long long)count + station];
    double total[BATCH];
    for (int b = 0; b < BATCH; ++b) total[b] = 0.0;
    for (int item = 0; item < row_count; ++item) {
        const int row = rows[row_count + item], layer = rows[2 * row_count + item], kind = rows[3 * row_count + item];
        if (!may_be_near(bounds + 6 * blockIdx.x, x_cells[0], x_cells[columns - 1], y_cells[row], z_cells[layer],
                         farthest[kind]))
            continue;
        for (int column = 0; column < columns; ++column) {
            if (!(squared_distance(x_cells[column] - x, y_cells[row] - y, z_cells[layer] - z) <
                  near[(long long)kind * columns + column]))
                continue;
            const double value =
                cell_value(weights, x_nodes, columns, column, y_nodes, rows_along_y, row, z_nodes, layer, x, y, z);
            for (int b = 0; b < BATCH; ++b)
                total[b] += value * models[((long long)b * all_rows + rows[item]) * columns + column];
        }
    }
    for (int b = 0; b < BATCH; ++b) data[(long long)b * count + station] += total[b];
}

// transpose: adds to models; one thread a cell, a block of stations in shared memory where one of them may be near
extern "C" __global__ void near_adjoint(const double* stations, int count, const double* bounds, const double* x_cells,
                                        int columns, const double* y_cells, const double* z_cells, const int* rows,
                                        int row_count, int all_rows, const double* near, const double* farthest,
                                        const double* weights, const double* x_nodes, const double* y_nodes,
                                        int rows_along_y, const double* z_nodes, const double* data, double* models) {
    __shared__ double place[3][TILE];
    __shared__ double values[BATCH][TILE];
    const int segments = (columns + TILE - 1) / TILE, item = blockIdx.x / segments;
    const int start = (blockIdx.x % segments) * TILE, column = start + threadIdx.x;
    const int row = rows[row_count + item], layer = rows[2 * row_count + item], kind = rows[3 * row_count + item];
    const int here = column < columns ? column : columns - 1, end = start + TILE < columns ? start + TILE : columns;
    const double limit = column < columns ? near[(long long)kind * columns + here] : 0.0;
    double total[BATCH];
    for (int b = 0; b < BATCH; ++b) total[b] = 0.0;
    for (int block = 0; block * TILE < count; ++block) {
        if (!may_be_near(bounds + 6 * block, x_cells[start], x_cells[end - 1], y_cells[row], z_cells[layer],
                         farthest[kind]))
            continue;
        const int station = block * TILE + threadIdx.x, most = count - block * TILE < TILE ? count - block * TILE : TILE;
        __syncthreads();
        if (station < count) {
            for (int axis = 0; axis < 3; ++axis) place[axis][threadIdx.x] = stations[(long long)axis * count + station];
            for (int b = 0; b < BATCH; ++b) values[b][threadIdx.x] = data[(long long)b * count + station];
        }
        __syncthreads();
        for (int i = 0; i < most; ++i) {
            const double x = place[0][i], y = place[1][i], z = place[2][i];
            if (!(squared_distance(x_cells[here] - x, y_cells[row] - y, z_cells[layer] - z) < limit)) continue;
            const double value =
                cell_value(weights, x_nodes, columns, here, y_nodes, rows_along_y, row, z_nodes, layer, x, y, z);
            for (int b = 0; b < BATCH; ++b) total[b] += value * values[b][i];
        }
    }
    if (column < columns)
        for (int b = 0; b < BATCH; ++b)
            models[((long long)b * all_rows + rows[item]) * columns + column] += total[b];
}
