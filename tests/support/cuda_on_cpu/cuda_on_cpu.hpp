// CUDA on a CPU, for tests: the threads of a block are fibers, and the blocks run one after another.
//
// Threads that wait at a barrier go on in an order of the caller's choice: a missing barrier gives other numbers in
// another order. Shared memory starts as NaN in each block, so that what is read before it is written shows up. A
// barrier that part of a block does not reach is an error.
#pragma once
#include <ucontext.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

#define __device__ static inline
#define __global__
#define __forceinline__
#define __restrict__
#define __shared__ static __attribute__((section("shared_memory")))
extern "C" char __start_shared_memory[] __attribute__((weak)), __stop_shared_memory[] __attribute__((weak));

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
};
struct float2 {
    float x, y;
};
struct double2 {
    double x, y;
};
using std::max;
using std::min;
static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline double rsqrt(double x) { return 1.0 / sqrt(x); }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline long long __double_as_longlong(double x) {
    long long bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}
static inline double __longlong_as_double(long long bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

namespace cuda_on_cpu {
enum State { ready, waiting, done };
struct Thread {
    ucontext_t context;
    dim3 index;
    State state;
    int line;  // of the barrier it waits at
    void* kept = nullptr;
};
static const size_t stack_size = 64 << 10;
static std::vector<Thread> threads;
static std::vector<char> stacks;
static ucontext_t scheduler;
static void* kept_of_scheduler = nullptr;
static dim3 block, block_size, grid_size;
static int current;
static void (*body)(void*);
static void* body_arguments;

// AddressSanitizer has to be told of each change of stack
static void leave(void** kept, const void* stack, size_t size) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(kept, stack, size);
#else
    (void)kept, (void)stack, (void)size;
#endif
}
static void arrive(void* kept) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(kept, nullptr, nullptr);
#else
    (void)kept;
#endif
}
static void to_scheduler(bool for_ever) {
    Thread& thread = threads[current];
    leave(for_ever ? nullptr : &thread.kept, scheduler.uc_stack.ss_sp, scheduler.uc_stack.ss_size);
    swapcontext(&thread.context, &scheduler);
    arrive(thread.kept);
}
static void begin() {
    arrive(nullptr);
    body(body_arguments);
    threads[current].state = done;
    to_scheduler(true);
}
static void barrier(int line) {
    threads[current].state = waiting;
    threads[current].line = line;
    to_scheduler(false);
}
static void resume(int number) {
    current = number;
    leave(&kept_of_scheduler, threads[number].context.uc_stack.ss_sp, stack_size);
    swapcontext(&scheduler, &threads[number].context);
    arrive(kept_of_scheduler);
}
static void start(int number) {
    Thread& thread = threads[number];
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = &stacks[number * stack_size];
    thread.context.uc_stack.ss_size = stack_size;
    thread.context.uc_link = nullptr;
    makecontext(&thread.context, begin, 0);
    thread.index.x = number;
    thread.index.y = thread.index.z = 0;
    thread.state = ready;
}
// runs one block; false where its threads part at a barrier
static bool run_block(std::vector<int>& order, bool shuffled, std::mt19937& random) {
    const int count = static_cast<int>(threads.size());
    for (int number = 0; number < count; ++number) start(number);
    for (;;) {
        if (shuffled) std::shuffle(order.begin(), order.end(), random);
        for (int number : order)
            if (threads[number].state == ready) resume(number);
        const Thread& first = threads[0];
        bool together = true;
        for (const Thread& thread : threads)
            together = together && thread.state == first.state && (first.state == done || thread.line == first.line);
        if (!together) return false;
        if (first.state == done) return true;
        for (Thread& thread : threads) thread.state = ready;
    }
}
// order: 0 ascending, 1 descending, above that the seed of a shuffle at every barrier
static int run(unsigned blocks, unsigned size, int order, void (*kernel)(void*), void* arguments) {
    threads.assign(size, Thread());
    stacks.resize(size * stack_size);
    body = kernel;
    body_arguments = arguments;
    block_size.x = size;
    grid_size.x = blocks;
    std::vector<int> numbers(size);
    for (unsigned number = 0; number < size; ++number) numbers[number] = order == 1 ? size - 1 - number : number;
    std::mt19937 random(order);
    for (block.x = 0; block.x < blocks; ++block.x) {
        if (__start_shared_memory) memset(__start_shared_memory, 0xFF, __stop_shared_memory - __start_shared_memory);
        if (!run_block(numbers, order > 1, random)) return 1;
    }
    return 0;
}
template <class... A, size_t... I>
void call(void (*kernel)(A...), void** arguments, std::index_sequence<I...>) {
    kernel(*static_cast<std::remove_reference_t<A>*>(arguments[I])...);
}
template <class... A>
void apply(void (*kernel)(A...), void** arguments) {
    call(kernel, arguments, std::index_sequence_for<A...>{});
}
// one letter an argument: f float, d double, i int, l one of 64 bits, g and e pairs of them, upper case for an array; ? for what the launch does not know
template <class T>
char letter() {
    typedef std::remove_cv_t<std::remove_pointer_t<T>> Plain;
    const char found = std::is_same_v<Plain, float>     ? 'f'
                       : std::is_same_v<Plain, double>  ? 'd'
                       : std::is_same_v<Plain, int>     ? 'i'
                       : std::is_same_v<Plain, int64_t> || std::is_same_v<Plain, long long> ? 'l'
                       : std::is_same_v<Plain, float2>  ? 'g'
                       : std::is_same_v<Plain, double2> ? 'e'
                                                        : '?';
    return std::is_pointer_v<T> && found != '?' ? found - 32 : found;
}
template <class... A>
const char* letters(void (*)(A...)) {
    static const char all[] = {letter<A>()..., 0};
    return all;
}
}  // namespace cuda_on_cpu

#define threadIdx (cuda_on_cpu::threads[cuda_on_cpu::current].index)
#define blockIdx (cuda_on_cpu::block)
#define blockDim (cuda_on_cpu::block_size)
#define gridDim (cuda_on_cpu::grid_size)
#define __syncthreads() cuda_on_cpu::barrier(__LINE__)

#define EXPORT(kernel)                                                                              \
    extern "C" const char* kernel##_letters() { return cuda_on_cpu::letters(kernel); }              \
    extern "C" int kernel##_run(unsigned blocks, unsigned size, int order, void** arguments) { \
        return cuda_on_cpu::run(                                                                    \
            blocks, size, order, [](void* all) { cuda_on_cpu::apply(kernel, (void**)all); }, arguments); \
    }
