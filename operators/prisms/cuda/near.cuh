// Which pairs of a station and a cell are near: the same answer, to the last bit, in every kernel that asks.

__device__ __forceinline__ double squared_distance(double x, double y, double z) {
    return __dadd_rn(__dadd_rn(__dmul_rn(x, x), __dmul_rn(y, y)), __dmul_rn(z, z));
}

__device__ __forceinline__ double gap(double low, double high, double first, double last) {
    return fmax(fmax(low - last, first - high), 0.0);
}

// whether any cell of a row, from `first` to `last` in x, may be near to any station of a block with these bounds:
// lowest and highest x, y, z
__device__ __forceinline__ bool may_be_near(const double* bounds, double first, double last, double y, double z,
                                            double farthest) {
    const double distance = squared_distance(gap(bounds[0], bounds[1], first, last), gap(bounds[2], bounds[3], y, y),
                                             gap(bounds[4], bounds[5], z, z));
    return distance <= farthest * (1.0 + 1e-12);
}
