// Far field of cells by their moments, every station against every row of cells, for one component and one unknown.
//
// The expansion is that of multipole/expansion.py: along a row of cells y and z are fixed, and the moments are polynomials
// in 1/r^2 and, of the dipole, in x. A thread has a station, and the polynomials' coefficients for a row in its
// registers. Pairs nearer than `near` (kinds, columns), a squared distance, count nothing here. Lengths are in units of
// a distance between station and row, so that no power of them leaves the range of float.
//
// Constants: real (float or double), ORDER (derivatives: 1, 2 or 3), SLOTS (even degrees of the moments), BATCH (models
// that share an entry of the matrix), TILE (threads of a block: stations, and columns of a segment of a row).
// Stations are (3, stations), in blocks that lie together, with the bounds of each block in `bounds` (blocks, 6).
// `rows` (4, row_count): number of the row among all rows of cells, number of the row along y, of the layer, and the
// kind of its cells. terms are (kinds, passes, term_count), those of each degree in units of `units` (kinds, passes,
// SLOTS); powers (passes, columns) are for entries at a distance of `unit`; nearest and farthest (kinds) are the least
// and the largest of `near`.

#include "near.cuh"

#define TOP (2 * SLOTS - 2)
#define LANES (2 * TOP + 4)
#define CHUNK 32
#define PARTS (TILE / CHUNK)

__device__ __forceinline__ float root_of(float squared) { return rsqrtf(squared); }
__device__ __forceinline__ double root_of(double squared) { return rsqrt(squared); }

// a row as a station sees it: all lengths over one, but for the offset of the segment's middle and what rounding leaves
struct View {
    real y, z, side, over, offset, rest;
    double size, shrink;
};

__device__ __forceinline__ View view_of(double x, double y, double z, double first, double last, double nearest,
                                        double unit) {
    View view;
    const double side = y * y + z * z, beyond = gap(first, last, x, x);
    const double over = rsqrt(side + beyond * beyond + nearest), units = over * unit;
    view.over = (real)over;
    view.y = (real)(y * over);
    view.z = (real)(z * over);
    view.side = (real)(side * over * over);
    view.size = units * units * (ORDER > 1 ? units : 1.0) * (ORDER > 2 ? units : 1.0);
    view.shrink = over * over;
    const double offset = 0.5 * (first + last) - x;
    view.offset = (real)offset;
    view.rest = (real)(offset - view.offset);
    return view;
}

// offset of a column from the station, right to rounding where the segment is far longer than that
__device__ __forceinline__ real x_of(const View view, real offset, real rest) {
    return ((offset + view.offset) + (rest + view.rest)) * view.over;
}

// coefficients of 1/r^(2 k), and of x over that, for k up to TOP; the last two are those of the dipole's x^2 and x^3
__device__ __forceinline__ void lanes_of(const real* terms, const double* units, const View view, real* lanes) {
    int term = 0;
    double size = view.size;
#pragma unroll
    for (int lane = 0; lane < LANES; ++lane) lanes[lane] = 0;
#pragma unroll
    for (int slot = 0; slot < SLOTS; ++slot) {
        const int degree = 2 * slot + ORDER;
        const real scale = (real)(size * units[slot]);
#pragma unroll
        for (int i = 0; i <= degree; ++i) {
            // sum over j of c y^j z^(degree - i - j), by Horner's rule in both
            real total = 0, power = 1;
#pragma unroll
            for (int j = 0; j <= degree - i; ++j) {
                total = total * view.z + terms[term++] * power;
                power *= view.y;
            }
            if (slot == 0)
                lanes[i < 2 ? i : 2 * TOP + i] += scale * total;
            else
                lanes[2 * (2 * slot - i / 2) + i % 2] += scale * total;
        }
        size *= view.shrink;
    }
}

// sum of the polynomials over their powers of r
__device__ __forceinline__ real entry_of(const real* lanes, real x, real side) {
    const real root = root_of(x * x + side), over2 = root * root;
    real even = lanes[2 * TOP], odd = lanes[2 * TOP + 1];
#pragma unroll
    for (int k = TOP - 1; k >= 0; --k) {
        even = even * over2 + lanes[2 * k];
        odd = odd * over2 + lanes[2 * k + 1];
    }
    const real value = even + x * (odd + x * (lanes[2 * TOP + 2] + x * lanes[2 * TOP + 3]));
    return over2 * root * ((ORDER > 2 ? over2 : (real)1) * ((ORDER > 1 ? over2 : (real)1) * value));
}

// adds to data (BATCH, stations); models (BATCH, all rows of cells, columns)
extern "C" __global__ void far_forward(const double* stations, int count, const double* bounds, const double* x_cells,
                                       int columns, const double* y_cells, const double* z_cells, const int* rows,
                                       int row_count, int all_rows, const double* near, const double* farthest,
                                       const double* nearest, const real* terms, int passes, int term_count,
                                       const double* units, double unit, const double* powers,
                                       const double* models, double* data) {
    __shared__ real offsets[TILE], rests[TILE];
    __shared__ double centres[TILE], limits[TILE];
    __shared__ real values[BATCH][TILE];
    const int station = blockIdx.x * TILE + threadIdx.x, place = station < count ? station : count - 1;
    const double x = stations[place], y = stations[count + place], z = stations[2 * (long long)count + place];
    double total[BATCH];
    for (int b = 0; b < BATCH; ++b) total[b] = 0.0;
    for (int item = 0; item < row_count; ++item) {
        const double y_row = y_cells[rows[row_count + item]], z_row = z_cells[rows[2 * row_count + item]];
        const int kind = rows[3 * row_count + item];
        for (int start = 0; start < columns; start += TILE) {
            const int most = columns - start < TILE ? columns - start : TILE, column = start + threadIdx.x;
            const double first = x_cells[start], last = x_cells[start + most - 1];
            const View view = view_of(x, y_row - y, z_row - z, first, last, nearest[kind], unit);
            const bool check = may_be_near(bounds + 6 * blockIdx.x, first, last, y_row, z_row, farthest[kind]);
            for (int pass = 0; pass < passes; ++pass) {
                real lanes[LANES];
                const long long of_kind = (long long)kind * passes + pass;
                lanes_of(terms + of_kind * term_count, units + of_kind * SLOTS, view, lanes);
                if (column < columns) {
                    centres[threadIdx.x] = x_cells[column];
                    limits[threadIdx.x] = near[(long long)kind * columns + column];
                    const double offset = x_cells[column] - 0.5 * (first + last);
                    offsets[threadIdx.x] = (real)offset;
                    rests[threadIdx.x] = (real)(offset - offsets[threadIdx.x]);
                    for (int b = 0; b < BATCH; ++b)
                        values[b][threadIdx.x] =
                            (real)(powers[(long long)pass * columns + column] *
                                   models[((long long)b * all_rows + rows[item]) * columns + column]);
                }
                __syncthreads();
                real sum[BATCH];
                for (int b = 0; b < BATCH; ++b) sum[b] = 0;
                if (check) {
                    for (int i = 0; i < most; ++i) {
                        const bool is_near = squared_distance(centres[i] - x, y_row - y, z_row - z) < limits[i];
                        const real entry = entry_of(lanes, x_of(view, offsets[i], rests[i]), view.side);
                        for (int b = 0; b < BATCH; ++b) sum[b] += is_near ? (real)0 : entry * values[b][i];
                    }
                } else {
#pragma unroll 2
                    for (int i = 0; i < most; ++i) {
                        const real entry = entry_of(lanes, x_of(view, offsets[i], rests[i]), view.side);
                        for (int b = 0; b < BATCH; ++b) sum[b] += entry * values[b][i];
                    }
                }
                for (int b = 0; b < BATCH; ++b) total[b] += sum[b];
                __syncthreads();
            }
        }
    }
    if (station < count)
        for (int b = 0; b < BATCH; ++b) data[(long long)b * count + station] += total[b];
}

// transpose: adds to models; one block a segment of a row. Threads have stations here too, and their entries for a
// chunk of columns are summed over the stations by other threads, in a fixed order.
extern "C" __global__ void far_adjoint(const double* stations, int count, const double* bounds, const double* x_cells,
                                       int columns, const double* y_cells, const double* z_cells, const int* rows,
                                       int row_count, int all_rows, const double* near, const double* farthest,
                                       const double* nearest, const real* terms, int passes, int term_count,
                                       const double* units, double unit, const double* powers,
                                       const double* data, double* models) {
    __shared__ real entries[CHUNK][TILE + PARTS];
    __shared__ real offsets[TILE], rests[TILE];
    __shared__ double centres[TILE], limits[TILE];
    __shared__ real values[BATCH][TILE];
    __shared__ double sums[TILE];
    const int segments = (columns + TILE - 1) / TILE, item = blockIdx.x / segments;
    const int start = (blockIdx.x % segments) * TILE, most = columns - start < TILE ? columns - start : TILE;
    const int kind = rows[3 * row_count + item], mine = threadIdx.x / PARTS, part = threadIdx.x % PARTS;
    const double y_row = y_cells[rows[row_count + item]], z_row = z_cells[rows[2 * row_count + item]];
    const double first = x_cells[start], last = x_cells[start + most - 1];
    if (threadIdx.x < most) {
        centres[threadIdx.x] = x_cells[start + threadIdx.x];
        limits[threadIdx.x] = near[(long long)kind * columns + start + threadIdx.x];
        const double offset = centres[threadIdx.x] - 0.5 * (first + last);
        offsets[threadIdx.x] = (real)offset;
        rests[threadIdx.x] = (real)(offset - offsets[threadIdx.x]);
    }
    for (int pass = 0; pass < passes; ++pass) {
        double total[PARTS][BATCH];
        for (int chunk = 0; chunk < PARTS; ++chunk)
            for (int b = 0; b < BATCH; ++b) total[chunk][b] = 0.0;
        for (int block = 0; block * TILE < count; ++block) {
            const int station = block * TILE + threadIdx.x, place = station < count ? station : count - 1;
            const double x = stations[place], y = y_row - stations[count + place];
            const double z = z_row - stations[2 * (long long)count + place];
            const View view = view_of(x, y, z, first, last, nearest[kind], unit);
            const bool check = may_be_near(bounds + 6 * block, first, last, y_row, z_row, farthest[kind]);
            real lanes[LANES];
            const long long of_kind = (long long)kind * passes + pass;
            lanes_of(terms + of_kind * term_count, units + of_kind * SLOTS, view, lanes);
            for (int b = 0; b < BATCH; ++b)
                values[b][threadIdx.x] = station < count ? (real)data[(long long)b * count + station] : (real)0;
#pragma unroll
            for (int chunk = 0; chunk < PARTS; ++chunk) {
                const int columns_left = most - chunk * CHUNK, width = columns_left < CHUNK ? columns_left : CHUNK;
                __syncthreads();
                for (int i = 0; i < width; ++i) {
                    const int column = chunk * CHUNK + i;
                    const real entry = entry_of(lanes, x_of(view, offsets[column], rests[column]), view.side);
                    const bool is_near = check && squared_distance(centres[column] - x, y, z) < limits[column];
                    entries[i][threadIdx.x] = is_near ? (real)0 : entry;
                }
                __syncthreads();
                if (mine < width)
                    for (int b = 0; b < BATCH; ++b) {
                        real sum = 0;
                        for (int k = part; k < TILE; k += PARTS) sum += entries[mine][k] * values[b][k];
                        total[chunk][b] += sum;
                    }
            }
            __syncthreads();
        }
#pragma unroll
        for (int chunk = 0; chunk < PARTS; ++chunk)
            for (int b = 0; b < BATCH; ++b) {
                sums[threadIdx.x] = total[chunk][b];
                __syncthreads();
                if (part == 0 && chunk * CHUNK + mine < most) {
                    const int column = start + chunk * CHUNK + mine;
                    double sum = 0.0;
                    for (int k = 0; k < PARTS; ++k) sum += sums[threadIdx.x + k];
                    models[((long long)b * all_rows + rows[item]) * columns + column] +=
                        powers[(long long)pass * columns + column] * sum;
                }
                __syncthreads();
            }
    }
}
