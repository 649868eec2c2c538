// The machine of src/Postern.Kernels/Gpu/machine.cuh on an ordinary processor: the threads of a block are fibers, which take turns
// at barriers and shuffles; blocks run one after another. x86-64 only, since fibers are switched in assembly: ucontext takes a
// hundred times as long.
#pragma once
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#define POSTERN_EMULATED

extern "C" void postern_switch(void** save, void* load);
asm(R"(.text
.globl postern_switch
postern_switch:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rdi)
    mov %rsi, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
)");

namespace emulated
{
struct Fiber
{
    void* stack;
    bool done;
};

const int threads = 128;
const size_t stack_bytes = 1 << 16;
static Fiber fibers[threads];
static void* scheduler;
static int thread, block_x, block_y, block_z;
static std::function<void()> body;

// What lanes hand to each other, twice: a lane may be at the next shuffle while others still read this one's values.
static float exchange[2][threads];
static int shuffles[threads];

static void wait()
{
    int own = thread;
    postern_switch(&fibers[own].stack, scheduler);
    thread = own;
}

// One turn of everybody: all have handed over before anyone reads, as barriers and shuffles are reached by all threads.
static float shuffle_xor(float value, int mask)
{
    int own = thread, turn = shuffles[own]++ & 1;
    exchange[turn][own] = value;
    wait();
    return exchange[turn][own ^ mask];
}

static void enter()
{
    body();
    fibers[thread].done = true;
    wait();
}

static void run_block()
{
    static std::vector<char> stacks(stack_bytes * threads + 64);
    for (int t = 0; t < threads; t++)
    {
        void** top = (void**)((size_t)&stacks[stack_bytes * (t + 1)] & ~(size_t)63) - 1;
        *--top = (void*)enter;
        fibers[t] = {top - 6, false};
        shuffles[t] = 0;
    }
    for (bool any = true; any;)
    {
        any = false;
        for (thread = 0; thread < threads; thread++)
        {
            int own = thread;
            if (fibers[own].done) continue;
            any = true;
            postern_switch(&scheduler, fibers[own].stack);
            thread = own;
        }
    }
}

struct Entry
{
    size_t size;
    std::function<void(const void*)> run;
};

static std::map<std::string, Entry>& entries()
{
    static std::map<std::string, Entry> all;
    return all;
}

template <typename Call>
static bool enlist(const char* name, void (*kernel)(Call))
{
    entries()[name] = {sizeof(Call), [kernel](const void* call) { kernel(*(const Call*)call); }};
    return true;
}

static void launch(const Entry& entry, const void* call, unsigned x, unsigned y, unsigned z)
{
    body = [&] { entry.run(call); };
    for (block_z = 0; block_z < (int)z; block_z++)
        for (block_y = 0; block_y < (int)y; block_y++)
            for (block_x = 0; block_x < (int)x; block_x++) run_block();
}
}

#define DEVICE static inline
#define SHARED static
#define KERNEL(name, Call) \
    static void name(Call call); \
    static bool name##_enlisted = emulated::enlist<Call>(#name, name); \
    static void name(Call call)
#define UNROLL
#define THREAD emulated::thread
#define BLOCK_X emulated::block_x
#define BLOCK_Y emulated::block_y
#define BLOCK_Z emulated::block_z
#define SYNC() emulated::wait()
#define SHUFFLE_XOR(value, mask) emulated::shuffle_xor(value, mask)
#define EXP2(x) exp2f(x)
#define RECIPROCAL(x) (1.0f / (x))
#define ROOT(x) sqrtf(x)

static unsigned BITS(float x)
{
    unsigned bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float FLOAT(unsigned bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
