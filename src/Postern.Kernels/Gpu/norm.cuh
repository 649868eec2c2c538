// The RMS norm of the sum of two branches (docs/reference/models.md 2.2): s = x + a, y = s r w, r = 1 / sqrt(mean(s^2) + eps),
// and backwards, with h = grad_y w, grad_x = r h - s r^3 mean(s h) + grad_s. A warp for each row.
#pragma once
#include "machine.cuh"

#define ROWS_OF_PART 64

// A grid of [rows / WARPS], and of [columns / BLOCK, rows / ROWS_OF_PART] for the weight's gradient.
struct NormCall
{
    int rows, width;
    float epsilon;
    int unused;
    const float* x;        // forward: [rows, d]
    const void* addend;    // forward: [rows, d], float32 or bfloat16, or null, where s is x
    float* sum;            // s: [rows, d]; not written where there is no addend
    const float* weight;   // [d]
    void* y;               // forward: [rows, d], float32 or bfloat16
    const void* grad_y;    // backward: [rows, d], the type of y
    const float* grad_sum; // backward: [rows, d] or null
    float* grad_x;         // backward: [rows, d]
    void* grad_addend;     // backward: the same in the type of the addend, or null
    float* factors;        // r: [rows], written by the backward pass for the weight's gradient
    float* parts;          // [rows / ROWS_OF_PART, d]: the weight's gradient, to be summed over the rows
};

DEVICE float norm_factor(const NormCall& call, float squares)
{
    return RECIPROCAL(ROOT(squares * RECIPROCAL((float)call.width) + call.epsilon));
}

template <typename A, typename Y>
DEVICE void norm_forward(const NormCall& call)
{
    int row = BLOCK_X * WARPS + THREAD / WARP, lane = THREAD % WARP;
    if (row >= call.rows) return;
    long long start = (long long)row * call.width;
    float squares = 0.0f;
    for (int i = lane; i < call.width; i += WARP)
    {
        float s = call.x[start + i];
        if (call.addend)
        {
            s += load((const A*)call.addend + start + i);
            call.sum[start + i] = s;
        }
        squares += s * s;
    }
    float r = norm_factor(call, warp_sum(squares));
    const float* sums = call.addend ? call.sum : call.x;
    for (int i = lane; i < call.width; i += WARP) store((Y*)call.y + start + i, sums[start + i] * r * call.weight[i]);
}

template <typename A, typename Y>
DEVICE void norm_backward(const NormCall& call)
{
    int row = BLOCK_X * WARPS + THREAD / WARP, lane = THREAD % WARP;
    if (row >= call.rows) return;
    long long start = (long long)row * call.width;
    float squares = 0.0f, inner = 0.0f;
    for (int i = lane; i < call.width; i += WARP)
    {
        float s = call.sum[start + i];
        squares += s * s;
        inner += s * load((const Y*)call.grad_y + start + i) * call.weight[i];
    }
    float r = norm_factor(call, warp_sum(squares));
    float pull = r * r * r * warp_sum(inner) * RECIPROCAL((float)call.width);
    for (int i = lane; i < call.width; i += WARP)
    {
        float g = r * load((const Y*)call.grad_y + start + i) * call.weight[i] - call.sum[start + i] * pull;
        if (call.grad_sum) g += call.grad_sum[start + i];
        call.grad_x[start + i] = g;
        if (call.grad_addend) store((A*)call.grad_addend + start + i, g);
    }
    if (lane == 0) call.factors[row] = r;
}

template <typename Y>
DEVICE void norm_weight(const NormCall& call)
{
    int column = BLOCK_X * BLOCK + THREAD, first = BLOCK_Y * ROWS_OF_PART;
    if (column >= call.width) return;
    float sum = 0.0f;
    for (int row = first; row < first + ROWS_OF_PART && row < call.rows; row++)
    {
        long long at = (long long)row * call.width + column;
        sum += load((const Y*)call.grad_y + at) * call.sum[at] * call.factors[row];
    }
    call.parts[(long long)BLOCK_Y * call.width + column] = sum;
}

KERNEL(norm_forward_f32_f32, NormCall) { norm_forward<float, float>(call); }
KERNEL(norm_forward_f32_bf16, NormCall) { norm_forward<float, BFloat16>(call); }
KERNEL(norm_forward_bf16_f32, NormCall) { norm_forward<BFloat16, float>(call); }
KERNEL(norm_forward_bf16_bf16, NormCall) { norm_forward<BFloat16, BFloat16>(call); }
KERNEL(norm_backward_f32_f32, NormCall) { norm_backward<float, float>(call); }
KERNEL(norm_backward_f32_bf16, NormCall) { norm_backward<float, BFloat16>(call); }
KERNEL(norm_backward_bf16_f32, NormCall) { norm_backward<BFloat16, float>(call); }
KERNEL(norm_backward_bf16_bf16, NormCall) { norm_backward<BFloat16, BFloat16>(call); }
KERNEL(norm_weight_f32, NormCall) { norm_weight<float>(call); }
KERNEL(norm_weight_bf16, NormCall) { norm_weight<BFloat16>(call); }
