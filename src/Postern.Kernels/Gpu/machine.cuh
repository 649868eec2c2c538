// What a kernel needs of the machine it is compiled for: the device by clang, without any CUDA toolkit, or, with
// POSTERN_EMULATED, a processor whose includer says what threads, barriers and shuffles are.
#pragma once

#define WARP 32
#define BLOCK 128 /* threads of every block */
#define WARPS (BLOCK / WARP)
#define LOG2E 1.4426950408889634f

#ifndef POSTERN_EMULATED
#define DEVICE static __attribute__((device)) __attribute__((always_inline))
#define SHARED static __attribute__((shared))
#define KERNEL(name, Call) extern "C" __attribute__((global)) __attribute__((launch_bounds(BLOCK))) void name(Call call)
#define UNROLL _Pragma("unroll")
#define THREAD ((int)__nvvm_read_ptx_sreg_tid_x())
#define BLOCK_X ((int)__nvvm_read_ptx_sreg_ctaid_x())
#define BLOCK_Y ((int)__nvvm_read_ptx_sreg_ctaid_y())
#define BLOCK_Z ((int)__nvvm_read_ptx_sreg_ctaid_z())
#define SYNC() __syncthreads()
#define SHUFFLE_XOR(value, mask) __nvvm_shfl_sync_bfly_f32(0xffffffff, value, mask, WARP - 1)
#define EXP2(x) __nvvm_ex2_approx_ftz_f(x)
#define RECIPROCAL(x) __nvvm_rcp_rn_ftz_f(x)
#define ROOT(x) __nvvm_sqrt_rn_ftz_f(x)
#define BITS(x) ((unsigned)__nvvm_bitcast_f2i(x))
#define FLOAT(x) __nvvm_bitcast_i2f((int)(x))
#define GLOBAL(type) __attribute__((address_space(1))) type
#else
#define GLOBAL(type) type
#endif

// bfloat16 is the upper half of a float32, written rounded to nearest, halves to even; a NaN stays one.
struct BFloat16
{
    unsigned short bits;
};

// All that a call points to lies in the device's memory; said so, it is read without asking which memory an address is of.
DEVICE float load(const float* at) { return *(const GLOBAL(float)*)at; }
DEVICE float load(const BFloat16* at) { return FLOAT((unsigned)*(const GLOBAL(unsigned short)*)&at->bits << 16); }
DEVICE void store(float* at, float value) { *(GLOBAL(float)*)at = value; }
DEVICE void store(BFloat16* at, float value)
{
    unsigned bits = BITS(value);
    bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
    *(GLOBAL(unsigned short)*)&at->bits = (unsigned short)(nan ? bits >> 16 | 0x40u : (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

DEVICE float sigmoid(float x) { return RECIPROCAL(1.0f + EXP2(-x * LOG2E)); }

// The derivative of x sigmoid(x), given s = sigmoid(x).
DEVICE float silu_slope(float x, float s) { return s * (1.0f + x * (1.0f - s)); }

// log(1 + e^x) = max(x, 0) + 2 atanh(e / (2 + e)) with e = e^-|x|, which loses no small e; x itself from 20 on, as in libtorch.
DEVICE float softplus(float x)
{
    if (x > 20.0f) return x;
    float e = EXP2((x < 0.0f ? x : -x) * LOG2E), s = e * RECIPROCAL(2.0f + e), q = s * s;
    float series = 1.0f / 15.0f;
    series = series * q + 1.0f / 13.0f;
    series = series * q + 1.0f / 11.0f;
    series = series * q + 1.0f / 9.0f;
    series = series * q + 1.0f / 7.0f;
    series = series * q + 1.0f / 5.0f;
    series = series * q + 1.0f / 3.0f;
    series = series * q + 1.0f;
    return (x > 0.0f ? x : 0.0f) + 2.0f * s * series;
}

// The sum over a warp, the same in every lane.
DEVICE float warp_sum(float value)
{
    UNROLL for (int mask = WARP / 2; mask > 0; mask /= 2) value += SHUFFLE_XOR(value, mask);
    return value;
}

// Sums of 32 values over a warp, the one of values[i] in lane i: 31 shuffles, where one sum after another takes 160. Each step
// halves the values: a lane keeps those of its own half and hands the others to the lane that keeps them.
template <int HALF = WARP / 2>
DEVICE float warp_sums(float (&values)[WARP])
{
    bool upper = (THREAD & HALF) != 0;
    UNROLL for (int i = 0; i < HALF; i++)
    {
        // Read before one is chosen: a choice of addresses would put the values into local memory.
        float low = values[i], high = values[i + HALF];
        float given = upper ? low : high;
        values[i] = (upper ? high : low) + SHUFFLE_XOR(given, HALF);
    }
    if constexpr (HALF > 1) warp_sums<HALF / 2>(values);
    return values[0];
}
