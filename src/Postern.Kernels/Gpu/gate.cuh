// The gate behind one scan or a pair: y = scale (s + s') z sigmoid(z), and y = scale (s + s') where there is no gate.
#pragma once
#include "machine.cuh"

// Dense, of any shape; a thread for each element. s, s' and grad_s are float32, the others of one type.
struct GateCall
{
    long long count;
    const float* s;
    const float* other; // s' or null
    const void* z;      // or null
    void* y;            // forward
    const void* grad_y; // backward
    float* grad_s;      // of s and of s'
    void* grad_z;       // null where z is
    float scale;
    int unused;
};

template <typename T>
DEVICE void gate_forward(const GateCall& call)
{
    long long i = (long long)BLOCK_X * BLOCK + THREAD;
    if (i >= call.count) return;
    float sum = call.scale * (load(call.s + i) + (call.other ? load(call.other + i) : 0.0f));
    if (call.z)
    {
        float z = load((const T*)call.z + i);
        sum *= z * sigmoid(z);
    }
    store((T*)call.y + i, sum);
}

template <typename T>
DEVICE void gate_backward(const GateCall& call)
{
    long long i = (long long)BLOCK_X * BLOCK + THREAD;
    if (i >= call.count) return;
    float g = call.scale * load((const T*)call.grad_y + i);
    if (call.z)
    {
        float z = load((const T*)call.z + i), s = sigmoid(z), sum = load(call.s + i) + (call.other ? load(call.other + i) : 0.0f);
        store((T*)call.grad_z + i, g * sum * silu_slope(z, s));
        g *= z * s;
    }
    store(call.grad_s + i, g);
}

KERNEL(gate_forward_f32, GateCall) { gate_forward<float>(call); }
KERNEL(gate_forward_bf16, GateCall) { gate_forward<BFloat16>(call); }
KERNEL(gate_backward_f32, GateCall) { gate_backward<float>(call); }
KERNEL(gate_backward_bf16, GateCall) { gate_backward<BFloat16>(call); }
