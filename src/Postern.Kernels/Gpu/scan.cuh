// The selective scan (docs/reference/models.md 2.4), h_t = exp(step_t A) h_(t-1) + step_t u_t B_t and s_t = C_t h_t + D u_t, one
// thread for each picture and channel with its states in registers; both directions of a pair are one launch. The gate is a
// kernel of its own. Channels are innermost everywhere.
#pragma once
#include "machine.cuh"

#define STATES 16       /* fewer are padded with zeros */
#define TOKENS_OF_CHUNK 4 /* tokens between states that are kept for the backward pass: so many states live in registers */

struct ScanDirectionCall
{
    const void* u;        // [B, L, D], float32 or bfloat16
    const float* delta;   // [B, L, D], before bias and softplus
    const float* a;       // [D, N]
    const float* b;       // row (b, t) of group g starts at (b L + t) b_token + g b_group
    const float* c;
    const float* skip;    // [D] or null
    const float* bias;    // [D] or null
    float* s;             // forward: [B, L, D] or null
    float* keep;          // [B, chunks, N, D]: the state before each chunk; forward: or null
    const float* grad_s;  // backward: [B, L, D]
    void* grad_u;         // [B, L, D], the type of u
    float* grad_delta;    // [B, L, D]
    float* grad_b;        // [blocks of a group, B, L, G, N], to be summed over the blocks
    float* grad_c;
    float* grad_a;        // [B, D, N], to be summed over pictures, as the next two are
    float* grad_skip;     // [B, D] or null
    float* grad_bias;     // [B, D] or null
    long long b_token, b_group, c_token, c_group;
    int reverse;
    int unused;
};

// A grid of [groups * blocks of a group, B, directions].
struct ScanCall
{
    int batch, length, channels, states, groups, softplus, window, chunks;
    struct ScanDirectionCall first, second; // of a grid of one direction, the first
};

// The place of a thread of the grid. No block has channels of two groups, so that its B and C are one row for each token.
struct ScanPlace
{
    int group, block, channel, picture;
    bool on;
};

DEVICE ScanPlace scan_place(const ScanCall& call)
{
    int width = call.channels / call.groups, blocks = (width + BLOCK - 1) / BLOCK;
    ScanPlace place;
    place.group = BLOCK_X / blocks;
    place.block = BLOCK_X % blocks;
    int within = place.block * BLOCK + THREAD;
    place.on = within < width;
    place.channel = place.group * width + within;
    place.picture = BLOCK_Y;
    return place;
}

DEVICE int scan_token(const ScanCall& call, const ScanDirectionCall& way, int step)
{
    return way.reverse ? call.length - 1 - step : step;
}

DEVICE bool scan_begins(const ScanCall& call, int step) { return step == 0 || (call.window > 0 && step % call.window == 0); }

// B and C of a chunk's tokens, N + N numbers each, padded with zeros.
DEVICE void scan_rows(const ScanCall& call, const ScanDirectionCall& way, const ScanPlace& place, int first, int count,
    float (*rows)[2 * STATES])
{
    SYNC();
    for (int i = THREAD; i < count * 2 * STATES; i += BLOCK)
    {
        int k = i / (2 * STATES), j = i % (2 * STATES), n = j % STATES;
        long long token = (long long)place.picture * call.length + scan_token(call, way, first + k);
        const float* row = j < STATES ? way.b + token * way.b_token + place.group * way.b_group
                                      : way.c + token * way.c_token + place.group * way.c_group;
        rows[k][j] = n < call.states ? load(row + n) : 0.0f;
    }
    SYNC();
}

DEVICE void scan_rates(const ScanCall& call, const ScanDirectionCall& way, const ScanPlace& place, float (&rates)[STATES])
{
    UNROLL for (int n = 0; n < STATES; n++)
        rates[n] = place.on && n < call.states ? load(way.a + (long long)place.channel * call.states + n) * LOG2E : 0.0f;
}

DEVICE float scan_parameter(const ScanPlace& place, const float* of_channels)
{
    return place.on && of_channels ? load(of_channels + place.channel) : 0.0f;
}

DEVICE long long scan_at(const ScanCall& call, const ScanPlace& place, int token)
{
    return ((long long)place.picture * call.length + token) * call.channels + place.channel;
}

// The place of state n before a chunk.
DEVICE long long scan_kept(const ScanCall& call, const ScanPlace& place, int chunk, int n)
{
    return (((long long)place.picture * call.chunks + chunk) * call.states + n) * call.channels + place.channel;
}

template <typename T>
DEVICE void scan_forward(const ScanCall& call)
{
    SHARED float rows[TOKENS_OF_CHUNK][2 * STATES];
    const ScanDirectionCall way = BLOCK_Z == 0 ? call.first : call.second;
    ScanPlace place = scan_place(call);
    float h[STATES], rates[STATES];
    scan_rates(call, way, place, rates);
    UNROLL for (int n = 0; n < STATES; n++) h[n] = 0.0f;
    float skip = scan_parameter(place, way.skip), bias = scan_parameter(place, way.bias);
    for (int chunk = 0; chunk < call.chunks; chunk++)
    {
        int first = chunk * TOKENS_OF_CHUNK;
        int count = call.length - first < TOKENS_OF_CHUNK ? call.length - first : TOKENS_OF_CHUNK;
        scan_rows(call, way, place, first, count, rows);
        if (!place.on) continue;
        if (way.keep)
        {
            UNROLL for (int n = 0; n < STATES; n++)
                if (n < call.states) store(way.keep + scan_kept(call, place, chunk, n), h[n]);
        }
        for (int k = 0; k < count; k++)
        {
            long long at = scan_at(call, place, scan_token(call, way, first + k));
            float raw = load(way.delta + at) + bias, step = call.softplus ? softplus(raw) : raw;
            float u = load((const T*)way.u + at), moved = step * u, sum = skip * u;
            bool begins = scan_begins(call, first + k);
            UNROLL for (int n = 0; n < STATES; n++)
            {
                h[n] = EXP2(step * rates[n]) * (begins ? 0.0f : h[n]) + moved * rows[k][n];
                sum += h[n] * rows[k][STATES + n];
            }
            if (way.s) store(way.s + at, sum);
        }
    }
}

// The gradients of sum(s * grad_s). With r the gradient of the state after token t by way of t and all later tokens:
// r += g C_t; dC_t = g h_t; dB_t = r step u; du = D g + step (r . B_t); dstep = r . (A decay h_(t-1) + B_t u);
// dA += r step decay h_(t-1); r *= decay.
template <typename T>
DEVICE void scan_backward(const ScanCall& call)
{
    SHARED float rows[TOKENS_OF_CHUNK][2 * STATES];
    SHARED float parts[WARPS][2 * STATES];
    const ScanDirectionCall way = BLOCK_Z == 0 ? call.first : call.second;
    ScanPlace place = scan_place(call);
    float rates[STATES], r[STATES], grad_a[STATES], grad_skip = 0.0f, grad_bias = 0.0f;
    scan_rates(call, way, place, rates);
    UNROLL for (int n = 0; n < STATES; n++) r[n] = grad_a[n] = 0.0f;
    float skip = scan_parameter(place, way.skip), bias = scan_parameter(place, way.bias);
    for (int chunk = call.chunks - 1; chunk >= 0; chunk--)
    {
        int first = chunk * TOKENS_OF_CHUNK;
        int count = call.length - first < TOKENS_OF_CHUNK ? call.length - first : TOKENS_OF_CHUNK;
        scan_rows(call, way, place, first, count, rows);

        // The chunk's states again: h[k] is the one before its token k, not yet emptied where a window begins.
        float h[TOKENS_OF_CHUNK + 1][STATES], raws[TOKENS_OF_CHUNK], us[TOKENS_OF_CHUNK];
        UNROLL for (int n = 0; n < STATES; n++)
            h[0][n] = place.on && n < call.states ? load(way.keep + scan_kept(call, place, chunk, n)) : 0.0f;
        UNROLL for (int k = 0; k < TOKENS_OF_CHUNK; k++)
        {
            bool there = place.on && k < count;
            long long at = there ? scan_at(call, place, scan_token(call, way, first + k)) : 0;
            raws[k] = there ? load(way.delta + at) + bias : 0.0f;
            us[k] = there ? load((const T*)way.u + at) : 0.0f;
            float step = call.softplus ? softplus(raws[k]) : raws[k], moved = step * us[k];
            bool begins = scan_begins(call, first + k);
            UNROLL for (int n = 0; n < STATES; n++)
                h[k + 1][n] = there ? EXP2(step * rates[n]) * (begins ? 0.0f : h[k][n]) + moved * rows[k][n] : h[k][n];
        }

        UNROLL for (int k = TOKENS_OF_CHUNK - 1; k >= 0; k--)
        {
            if (k >= count) continue;
            int token = scan_token(call, way, first + k);
            float sums[2 * STATES]; // of this channel: dB, then dC
            UNROLL for (int i = 0; i < 2 * STATES; i++) sums[i] = 0.0f;
            if (place.on)
            {
                long long at = scan_at(call, place, token);
                float g = load(way.grad_s + at), u = us[k], step = call.softplus ? softplus(raws[k]) : raws[k];
                float of_u = 0.0f, of_step = 0.0f;
                bool begins = scan_begins(call, first + k);
                grad_skip += g * u;
                UNROLL for (int n = 0; n < STATES; n++)
                {
                    float decay = EXP2(step * rates[n]), faded = decay * (begins ? 0.0f : h[k][n]);
                    r[n] += g * rows[k][STATES + n];
                    sums[STATES + n] = g * h[k + 1][n];
                    sums[n] = r[n] * step * u;
                    of_u += r[n] * rows[k][n];
                    of_step += r[n] * (rates[n] * (1.0f / LOG2E) * faded + rows[k][n] * u);
                    grad_a[n] += r[n] * step * faded;
                    r[n] = begins ? 0.0f : r[n] * decay;
                }
                float raw = raws[k];
                if (call.softplus && raw <= 20.0f) of_step *= sigmoid(raw);
                grad_bias += of_step;
                store(way.grad_delta + at, of_step);
                store((T*)way.grad_u + at, skip * g + step * of_u);
            }

            // Over the block's channels: within each warp, then warp after warp.
            float sum = warp_sums(sums);
            parts[THREAD / WARP][THREAD % WARP] = sum;
            SYNC();
            int n = THREAD % STATES;
            if (THREAD < 2 * STATES && n < call.states)
            {
                float total = 0.0f;
                UNROLL for (int warp = 0; warp < WARPS; warp++) total += parts[warp][THREAD];
                long long tokens = (long long)call.batch * call.length, here = (long long)place.picture * call.length + token;
                float* gradient = THREAD < STATES ? way.grad_b : way.grad_c;
                store(gradient + ((place.block * tokens + here) * call.groups + place.group) * call.states + n, total);
            }
            SYNC();
        }
    }
    if (!place.on) return;
    long long own = (long long)place.picture * call.channels + place.channel;
    UNROLL for (int n = 0; n < STATES; n++)
        if (n < call.states) store(way.grad_a + own * call.states + n, grad_a[n]);
    if (way.grad_skip) store(way.grad_skip + own, grad_skip);
    if (way.grad_bias) store(way.grad_bias + own, grad_bias);
}

KERNEL(scan_forward_f32, ScanCall) { scan_forward<float>(call); }
KERNEL(scan_forward_bf16, ScanCall) { scan_forward<BFloat16>(call); }
KERNEL(scan_backward_f32, ScanCall) { scan_backward<float>(call); }
KERNEL(scan_backward_bf16, ScanCall) { scan_backward<BFloat16>(call); }
