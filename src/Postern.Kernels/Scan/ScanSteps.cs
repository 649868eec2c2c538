using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The step sizes of a scan as a product of low rank, delta = W dt with dt [L, R] and W [channels, R], and its gradients, one
/// block of channels at a time: delta never exists for all channels. Buffers are in scan order. Sums run eight side by side where
/// there are as many: a multiply-add takes four cycles, and two begin in each.
/// </summary>
internal static unsafe class ScanSteps<V> where V : unmanaged, IVector<V>
{
    /// <summary>Writes delta, [L, width].</summary>
    [MethodImpl(Compile.Alone)]
    public static void Project(in ScanCall call, int batch, int block, float* delta)
    {
        TokenRows rows = call.Sequence(call.Inputs.Delta, batch, 0);
        int rank = call.Shape.DtRank, width = V.Width, left = call.Shape.Length;
        float* weights = call.StepColumns + (nint)block * rank * width, token = rows.Start;
        nint next = (nint)rows.Stride;
        for (; left >= 8; left -= 8, token += 8 * next, delta += 8 * width)
        {
            V d0 = V.Broadcast(0f), d1 = d0, d2 = d0, d3 = d0, d4 = d0, d5 = d0, d6 = d0, d7 = d0;
            float* weight = weights, first = token, fifth = token + 4 * next;
            for (int r = 0; r < rank; r++, weight += width, first++, fifth++)
            {
                V w = V.Load(weight);
                d0 = V.MultiplyAdd(V.Broadcast(first[0]), w, d0);
                d1 = V.MultiplyAdd(V.Broadcast(first[next]), w, d1);
                d2 = V.MultiplyAdd(V.Broadcast(first[2 * next]), w, d2);
                d3 = V.MultiplyAdd(V.Broadcast(first[3 * next]), w, d3);
                d4 = V.MultiplyAdd(V.Broadcast(fifth[0]), w, d4);
                d5 = V.MultiplyAdd(V.Broadcast(fifth[next]), w, d5);
                d6 = V.MultiplyAdd(V.Broadcast(fifth[2 * next]), w, d6);
                d7 = V.MultiplyAdd(V.Broadcast(fifth[3 * next]), w, d7);
            }
            d0.Store(delta);
            d1.Store(delta + width);
            d2.Store(delta + 2 * width);
            d3.Store(delta + 3 * width);
            d4.Store(delta + 4 * width);
            d5.Store(delta + 5 * width);
            d6.Store(delta + 6 * width);
            d7.Store(delta + 7 * width);
        }
        for (; left > 0; left--, token += next, delta += width)
        {
            V d = V.Broadcast(0f);
            for (int r = 0; r < rank; r++) d = V.MultiplyAdd(V.Broadcast(token[r]), V.Load(weights + r * width), d);
            d.Store(delta);
        }
    }

    /// <summary>Writes the gradient of W of one sequence, [R, width].</summary>
    [MethodImpl(Compile.Alone)]
    public static void GradWeights(in ScanCall call, int batch, float* gradDelta, float* gradWeights)
    {
        TokenRows rows = call.Sequence(call.Inputs.Delta, batch, 0);
        int rank = call.Shape.DtRank, width = V.Width, length = call.Shape.Length;
        nint next = (nint)rows.Stride;
        for (int r = 0; r < rank;)
        {
            float* token = rows.Start + r, grad = gradDelta;
            V sum0 = V.Broadcast(0f), sum1 = sum0, sum2 = sum0, sum3 = sum0, sum4 = sum0, sum5 = sum0, sum6 = sum0, sum7 = sum0;
            if (rank - r >= 8)
            {
                for (int t = 0; t < length; t++, token += next, grad += width)
                {
                    V g = V.Load(grad);
                    sum0 = V.MultiplyAdd(V.Broadcast(token[0]), g, sum0);
                    sum1 = V.MultiplyAdd(V.Broadcast(token[1]), g, sum1);
                    sum2 = V.MultiplyAdd(V.Broadcast(token[2]), g, sum2);
                    sum3 = V.MultiplyAdd(V.Broadcast(token[3]), g, sum3);
                    sum4 = V.MultiplyAdd(V.Broadcast(token[4]), g, sum4);
                    sum5 = V.MultiplyAdd(V.Broadcast(token[5]), g, sum5);
                    sum6 = V.MultiplyAdd(V.Broadcast(token[6]), g, sum6);
                    sum7 = V.MultiplyAdd(V.Broadcast(token[7]), g, sum7);
                }
                sum4.Store(gradWeights + 4 * width);
                sum5.Store(gradWeights + 5 * width);
                sum6.Store(gradWeights + 6 * width);
                sum7.Store(gradWeights + 7 * width);
            }
            else if (rank - r >= 4)
            {
                for (int t = 0; t < length; t++, token += next, grad += width)
                {
                    V g = V.Load(grad);
                    sum0 = V.MultiplyAdd(V.Broadcast(token[0]), g, sum0);
                    sum1 = V.MultiplyAdd(V.Broadcast(token[1]), g, sum1);
                    sum2 = V.MultiplyAdd(V.Broadcast(token[2]), g, sum2);
                    sum3 = V.MultiplyAdd(V.Broadcast(token[3]), g, sum3);
                }
            }
            else
            {
                for (int t = 0; t < length; t++, token += next, grad += width)
                    sum0 = V.MultiplyAdd(V.Broadcast(token[0]), V.Load(grad), sum0);
            }
            sum0.Store(gradWeights);
            int together = rank - r >= 8 ? 8 : rank - r >= 4 ? 4 : 1;
            if (together > 1)
            {
                sum1.Store(gradWeights + width);
                sum2.Store(gradWeights + 2 * width);
                sum3.Store(gradWeights + 3 * width);
            }
            gradWeights += together * width;
            r += together;
        }
    }

    /// <summary>Adds this block's share of the gradient of dt to <paramref name="sums"/>, [L, padded R].</summary>
    [MethodImpl(Compile.Alone)]
    public static void GradTokens(in ScanCall call, int block, float* gradDelta, float* sums)
    {
        int padded = call.PaddedRank, width = V.Width, length = call.Shape.Length;
        int column = 0;
        for (; padded - column >= 2 * width; column += 2 * width)
        {
            float* weights = call.StepRows + (nint)block * width * padded + column, sum = sums + column, grad = gradDelta;
            int left = length;
            for (; left >= 4; left -= 4, sum += 4 * padded, grad += 4 * width)
            {
                float* further = sum + width;
                V s0 = V.Load(sum), s1 = V.Load(sum + padded), s2 = V.Load(sum + 2 * padded), s3 = V.Load(sum + 3 * padded);
                V f0 = V.Load(further), f1 = V.Load(further + padded), f2 = V.Load(further + 2 * padded),
                    f3 = V.Load(further + 3 * padded);
                float* weight = weights;
                for (int lane = 0; lane < width; lane++, weight += padded)
                {
                    V w = V.Load(weight), v = V.Load(weight + width), g = V.Broadcast(grad[lane]);
                    s0 = V.MultiplyAdd(g, w, s0);
                    f0 = V.MultiplyAdd(g, v, f0);
                    g = V.Broadcast(grad[width + lane]);
                    s1 = V.MultiplyAdd(g, w, s1);
                    f1 = V.MultiplyAdd(g, v, f1);
                    g = V.Broadcast(grad[2 * width + lane]);
                    s2 = V.MultiplyAdd(g, w, s2);
                    f2 = V.MultiplyAdd(g, v, f2);
                    g = V.Broadcast(grad[3 * width + lane]);
                    s3 = V.MultiplyAdd(g, w, s3);
                    f3 = V.MultiplyAdd(g, v, f3);
                }
                s0.Store(sum);
                s1.Store(sum + padded);
                s2.Store(sum + 2 * padded);
                s3.Store(sum + 3 * padded);
                f0.Store(further);
                f1.Store(further + padded);
                f2.Store(further + 2 * padded);
                f3.Store(further + 3 * padded);
            }
            for (; left > 0; left--, sum += padded, grad += width)
            {
                V s = V.Load(sum), f = V.Load(sum + width);
                for (int lane = 0; lane < width; lane++)
                {
                    V g = V.Broadcast(grad[lane]);
                    s = V.MultiplyAdd(g, V.Load(weights + lane * padded), s);
                    f = V.MultiplyAdd(g, V.Load(weights + lane * padded + width), f);
                }
                s.Store(sum);
                f.Store(sum + width);
            }
        }
        if (column < padded)
        {
            float* weights = call.StepRows + (nint)block * width * padded + column, sum = sums + column, grad = gradDelta;
            int left = length;
            for (; left >= 4; left -= 4, sum += 4 * padded, grad += 4 * width)
            {
                V s0 = V.Load(sum), s1 = V.Load(sum + padded), s2 = V.Load(sum + 2 * padded), s3 = V.Load(sum + 3 * padded);
                float* weight = weights;
                for (int lane = 0; lane < width; lane++, weight += padded)
                {
                    V w = V.Load(weight);
                    s0 = V.MultiplyAdd(V.Broadcast(grad[lane]), w, s0);
                    s1 = V.MultiplyAdd(V.Broadcast(grad[width + lane]), w, s1);
                    s2 = V.MultiplyAdd(V.Broadcast(grad[2 * width + lane]), w, s2);
                    s3 = V.MultiplyAdd(V.Broadcast(grad[3 * width + lane]), w, s3);
                }
                s0.Store(sum);
                s1.Store(sum + padded);
                s2.Store(sum + 2 * padded);
                s3.Store(sum + 3 * padded);
            }
            for (; left > 0; left--, sum += padded, grad += width)
            {
                V s = V.Load(sum);
                for (int lane = 0; lane < width; lane++)
                    s = V.MultiplyAdd(V.Broadcast(grad[lane]), V.Load(weights + lane * padded), s);
                s.Store(sum);
            }
        }
    }
}
