// Sum of a few weighted values a target, each target by one thread in a fixed order: what several of them add to one
// place is added without atomics, and the same in every run.
//
// Constants: real (float or double), TILE (threads of a block). Target k takes the terms starts[k] to starts[k + 1].
// The items of the batch, of `length` values and `size` results, have blocks of their own.

extern "C" __global__ void add_terms(const int* targets, const int* starts, int count, const int* places,
                                     const double* weights, const real* values, int length, real* results, int size) {
    const int blocks = (count + TILE - 1) / TILE, item = blockIdx.x / blocks;
    const int k = (blockIdx.x % blocks) * TILE + threadIdx.x;
    if (k >= count) return;
    double total = 0.0;
    for (int term = starts[k]; term < starts[k + 1]; ++term)
        total += weights[term] * values[(long long)item * length + places[term]];
    results[(long long)item * size + targets[k]] += (real)total;
}
