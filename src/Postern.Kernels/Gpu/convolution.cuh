// The depthwise causal convolution with SiLU (docs/reference/models.md 2.3) in one or both directions over the same x: a thread
// for each channel of each tile of tokens. With j tokens between an output and what it sees,
// back: u_t = SiLU(bias + sum_j w_j x_(t-j)),    ahead: u_t = SiLU(bias + sum_j w_j x_(t+j)),    x = 0 outside the sequence.
#pragma once
#include "machine.cuh"

#define TAPS 4 /* fewer are padded with zeros */
#define TILE 32

// One direction; without weight it is absent. Rows of tokens are of one type.
struct ConvDirectionCall
{
    const float* weight; // [D, K], the last tap being the token itself
    const float* bias;   // [D]
    void* u;             // forward: [B, L, D]
    const void* grad_u;  // backward: [B, L, D]
    float* parts;        // [B * tiles, TAPS + 1, D]: gradients of w_j and of the bias, to be summed over the rows
};

// A grid of [blocks of channels, B * tiles].
struct ConvCall
{
    int batch, length, channels, kernel, tiles, unused;
    const void* x; // [B, L, D]
    void* grad_x;
    struct ConvDirectionCall back, ahead;
};

// A channel's weights w_j and bias; zeros for an absent direction.
struct ConvTaps
{
    float w[TAPS], bias;
};

DEVICE ConvTaps conv_taps(const ConvCall& call, const ConvDirectionCall& way, int channel)
{
    ConvTaps taps;
    UNROLL for (int j = 0; j < TAPS; j++)
        taps.w[j] = way.weight && j < call.kernel ? way.weight[(long long)channel * call.kernel + call.kernel - 1 - j] : 0.0f;
    taps.bias = way.weight ? way.bias[channel] : 0.0f;
    return taps;
}

template <typename T>
DEVICE float conv_x(const ConvCall& call, int picture, int token, int channel)
{
    bool there = token >= 0 && token < call.length;
    return there ? load((const T*)call.x + ((long long)picture * call.length + token) * call.channels + channel) : 0.0f;
}

// seen[TAPS - 1 + i] is x at i tokens behind the middle one, so that a move by one token is a shift.
#define SEEN (2 * TAPS - 1)

DEVICE float conv_sum(const ConvTaps& taps, const float (&seen)[SEEN], int to)
{
    float sum = taps.bias;
    UNROLL for (int j = 0; j < TAPS; j++) sum += taps.w[j] * seen[TAPS - 1 + to * j];
    return sum;
}

template <typename T>
DEVICE void conv_forward(const ConvCall& call)
{
    int channel = BLOCK_X * BLOCK + THREAD, picture = BLOCK_Y / call.tiles, first = BLOCK_Y % call.tiles * TILE;
    if (channel >= call.channels) return;
    ConvTaps back = conv_taps(call, call.back, channel), ahead = conv_taps(call, call.ahead, channel);
    float seen[SEEN];
    UNROLL for (int i = 1; i < SEEN; i++) seen[i] = conv_x<T>(call, picture, first + i - TAPS, channel);
    for (int t = first; t < first + TILE && t < call.length; t++)
    {
        UNROLL for (int i = 1; i < SEEN; i++) seen[i - 1] = seen[i];
        seen[SEEN - 1] = conv_x<T>(call, picture, t + TAPS - 1, channel);
        long long at = ((long long)picture * call.length + t) * call.channels + channel;
        float b = conv_sum(back, seen, -1), a = conv_sum(ahead, seen, 1);
        if (call.back.weight) store((T*)call.back.u + at, b * sigmoid(b));
        if (call.ahead.weight) store((T*)call.ahead.u + at, a * sigmoid(a));
    }
}

// The gradient before SiLU at token t; seen is centred there. Its share of the parameters' gradients is added where the token
// is of this tile: neighbouring tiles compute it, too, for their gradient of x.
template <typename T>
DEVICE float conv_slope(const ConvCall& call, const ConvDirectionCall& way, const ConvTaps& taps, const float (&seen)[SEEN],
    int to, int picture, int token, int channel, bool own, float (&parts)[TAPS + 1])
{
    if (!way.weight || token < 0 || token >= call.length) return 0.0f;
    long long at = ((long long)picture * call.length + token) * call.channels + channel;
    float sum = conv_sum(taps, seen, to), g = load((const T*)way.grad_u + at) * silu_slope(sum, sigmoid(sum));
    if (own)
    {
        UNROLL for (int j = 0; j < TAPS; j++) parts[j] += g * seen[TAPS - 1 + to * j];
        parts[TAPS] += g;
    }
    return g;
}

DEVICE void conv_store(const ConvCall& call, const ConvDirectionCall& way, int channel, const float (&parts)[TAPS + 1])
{
    if (!way.weight) return;
    UNROLL for (int j = 0; j <= TAPS; j++)
        way.parts[((long long)BLOCK_Y * (TAPS + 1) + j) * call.channels + channel] = parts[j];
}

// dx_t = sum_j w_j g_(t+j) by way of outputs that look back, and sum_j w_j g_(t-j) by way of those that look ahead: known as soon
// as the newest g is that of token t + TAPS - 1.
template <typename T>
DEVICE void conv_backward(const ConvCall& call)
{
    int channel = BLOCK_X * BLOCK + THREAD, picture = BLOCK_Y / call.tiles, first = BLOCK_Y % call.tiles * TILE;
    if (channel >= call.channels) return;
    int behind = first + TILE < call.length ? first + TILE : call.length;
    ConvTaps back = conv_taps(call, call.back, channel), ahead = conv_taps(call, call.ahead, channel);
    float seen[SEEN], of_back[TAPS], of_ahead[SEEN], back_parts[TAPS + 1], ahead_parts[TAPS + 1];
    UNROLL for (int j = 0; j <= TAPS; j++) back_parts[j] = ahead_parts[j] = 0.0f;
    UNROLL for (int i = 0; i < TAPS; i++) of_back[i] = 0.0f;
    UNROLL for (int i = 0; i < SEEN; i++) of_ahead[i] = 0.0f;
    UNROLL for (int i = 1; i < SEEN; i++) seen[i] = conv_x<T>(call, picture, first - (TAPS - 1) + i - TAPS, channel);
    for (int newest = first - (TAPS - 1); newest < behind + TAPS - 1; newest++)
    {
        UNROLL for (int i = 1; i < SEEN; i++) seen[i - 1] = seen[i];
        seen[SEEN - 1] = conv_x<T>(call, picture, newest + TAPS - 1, channel);
        bool own = newest >= first && newest < behind;
        UNROLL for (int i = 1; i < TAPS; i++) of_back[i - 1] = of_back[i];
        UNROLL for (int i = 1; i < SEEN; i++) of_ahead[i - 1] = of_ahead[i];
        of_back[TAPS - 1] = conv_slope<T>(call, call.back, back, seen, -1, picture, newest, channel, own, back_parts);
        of_ahead[SEEN - 1] = conv_slope<T>(call, call.ahead, ahead, seen, 1, picture, newest, channel, own, ahead_parts);
        int t = newest - (TAPS - 1);
        if (t < first) continue;
        float sum = 0.0f;
        UNROLL for (int j = 0; j < TAPS; j++) sum += back.w[j] * of_back[j] + ahead.w[j] * of_ahead[TAPS - 1 - j];
        store((T*)call.grad_x + ((long long)picture * call.length + t) * call.channels + channel, sum);
    }
    conv_store(call, call.back, channel, back_parts);
    conv_store(call, call.ahead, channel, ahead_parts);
}

KERNEL(conv_forward_f32, ConvCall) { conv_forward<float>(call); }
KERNEL(conv_forward_bf16, ConvCall) { conv_forward<BFloat16>(call); }
KERNEL(conv_backward_f32, ConvCall) { conv_backward<float>(call); }
KERNEL(conv_backward_bf16, ConvCall) { conv_backward<BFloat16>(call); }
