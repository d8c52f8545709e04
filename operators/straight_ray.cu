// Straight rays through rectangular cells: the arithmetic of _straight_ray_numba.py, where it is explained.
//
// Constants: real (float or double), TILE (threads of a block), PATCH_COLUMNS (columns of a block's patch of cells).
// Rays are (4, rays): distance and depth of the start in cells, and their change to the end. Each item of the batch has
// blocks of its own. Sums are in double, as on the host.

struct Span {
    double enter, leave;
};

#define NEVER 2.0  // the ray ends at 1

__device__ __forceinline__ double crossing(double start, double change, int face) {
    return change == 0.0 ? NEVER : (face - start) / change;
}

// part of t within two faces of an axis; what runs along a face is within both cells beside it
__device__ __forceinline__ Span clip(double start, double change, int low, int high, Span part) {
    if (change == 0.0) {
        if (!(low <= start && start <= high)) part.leave = -1.0;
        return part;
    }
    const double one = (low - start) / change, other = (high - start) / change;
    part.enter = fmax(part.enter, fmin(one, other));
    part.leave = fmin(part.leave, fmax(one, other));
    return part;
}

__device__ __forceinline__ int face_ahead(double start, double change, double t) {
    const double position = start + t * change;
    return change > 0.0 ? (int)floor(position) + 1 : (int)ceil(position) - 1;
}

struct Beside {
    int low, high;
};

__device__ __forceinline__ Beside beside(double start, double change, int face, int cells) {
    int low = change > 0.0 ? face - 1 : face, high = low;
    if (change == 0.0) {
        low = (int)ceil(start) - 1;
        high = (int)floor(start);
    }
    Beside found;
    found.low = min(max(low, 0), cells - 1);
    found.high = min(max(high, 0), cells - 1);
    return found;
}

// times (batch, rays); one thread a ray
extern "C" __global__ void integrate(const double* rays, const double* ray_lengths, int count, const real* slowness,
                                     int rows, int columns, real* times) {
    const int blocks = (count + TILE - 1) / TILE, item = blockIdx.x / blocks;
    const int ray = (blockIdx.x % blocks) * TILE + threadIdx.x;
    if (ray >= count) return;
    const double x = rays[ray], z = rays[count + ray], dx = rays[2 * count + ray], dz = rays[3 * count + ray];
    const real* section = slowness + (long long)item * rows * columns;
    Span part = {0.0, 1.0};
    part = clip(z, dz, 0, rows, clip(x, dx, 0, columns, part));
    double total = 0.0, t = part.enter;
    if (t < part.leave) {
        int column_face = face_ahead(x, dx, t), row_face = face_ahead(z, dz, t);
        double next_column = crossing(x, dx, column_face), next_row = crossing(z, dz, row_face);
        while (t < part.leave) {
            const double end = fmin(fmin(next_column, next_row), part.leave);
            if (end > t) {
                const Beside across = beside(x, dx, column_face, columns), down = beside(z, dz, row_face, rows);
                const long long first = (long long)down.low * columns + across.low;
                const long long second = (long long)down.high * columns + across.high;
                const double length = (end - t) * ray_lengths[ray] / (first != second ? 2.0 : 1.0);
                total += length * section[first];
                if (first != second) total += length * section[second];
                t = end;
            }
            if (next_column <= end) next_column = crossing(x, dx, column_face += dx > 0.0 ? 1 : -1);
            if (next_row <= end) next_row = crossing(z, dz, row_face += dz > 0.0 ? 1 : -1);
        }
    }
    times[(long long)item * count + ray] = (real)total;
}

// share of what runs through a cell that is its own: half along an inner face
__device__ __forceinline__ double share(double start, double change, int cell, int cells) {
    if (change != 0.0) return 1.0;
    const Beside found = beside(start, change, 0, cells);
    return cell != found.low && cell != found.high ? 0.0 : found.low != found.high ? 0.5 : 1.0;
}

// transpose in gather form: sections (batch, rows, columns); one thread a cell, one block a patch of them, which looks
// at the rays that meet it only
extern "C" __global__ void back_project(const double* rays, const double* ray_lengths, int count, const real* times,
                                        int rows, int columns, real* sections) {
    __shared__ double ray[4][TILE];
    __shared__ double weight[TILE];
    __shared__ int met[TILE];
    const int patches = (columns + PATCH_COLUMNS - 1) / PATCH_COLUMNS, patch_rows = TILE / PATCH_COLUMNS;
    const int blocks = patches * ((rows + patch_rows - 1) / patch_rows), item = blockIdx.x / blocks;
    const int patch = blockIdx.x % blocks;
    const int west = (patch % patches) * PATCH_COLUMNS, top = (patch / patches) * patch_rows;
    const int column = west + threadIdx.x % PATCH_COLUMNS, row = top + threadIdx.x / PATCH_COLUMNS;
    const int east = min(west + PATCH_COLUMNS, columns), bottom = min(top + patch_rows, rows);
    const Span whole = {0.0, 1.0};
    double total = 0.0;
    for (int first = 0; first < count; first += TILE) {
        const int mine = first + threadIdx.x, most = min(TILE, count - first);
        if (mine < count) {
            for (int part = 0; part < 4; ++part) ray[part][threadIdx.x] = rays[(long long)part * count + mine];
            weight[threadIdx.x] = ray_lengths[mine] * times[(long long)item * count + mine];
            const Span inside = clip(ray[1][threadIdx.x], ray[3][threadIdx.x], top, bottom,
                                     clip(ray[0][threadIdx.x], ray[2][threadIdx.x], west, east, whole));
            met[threadIdx.x] = inside.enter < inside.leave;
        }
        __syncthreads();
        for (int i = 0; i < most; ++i) {
            if (!met[i]) continue;
            const double x = ray[0][i], z = ray[1][i], dx = ray[2][i], dz = ray[3][i];
            const Span inside = clip(z, dz, row, row + 1, clip(x, dx, column, column + 1, whole));
            if (inside.enter < inside.leave)
                total += (inside.leave - inside.enter) * share(x, dx, column, columns) * share(z, dz, row, rows) *
                         weight[i];
        }
        __syncthreads();
    }
    if (column < columns && row < rows)
        sections[((long long)item * rows + row) * columns + column] = (real)total;
}
