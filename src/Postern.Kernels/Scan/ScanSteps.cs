using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The step sizes of a scan as a product of low rank, delta = W dt with dt [L, R] and W [channels, R], and its gradients, one block of channels
/// at a time: delta never exists for all channels. Buffers are in scan order.
/// </summary>
internal static unsafe class ScanSteps<V> where V : unmanaged, IVector<V>
{
    /// <summary>Writes delta, [L, width].</summary>
    [MethodImpl(Compile.Alone)]
    public static void Project(in ScanCall call, int batch, int block, float* delta)
    {
        TokenRows rows = call.Sequence(call.Inputs.Delta, batch, 0);
        int rank = call.Shape.StepRank, width = V.Width, left = call.Shape.Length;
        float* weights = call.StepColumns + (nint)block * rank * width, token = rows.Start;
        nint next = (nint)rows.Stride;
        for (; left >= 4; left -= 4, token += 4 * next, delta += 4 * width)
        {
            V d0 = V.Broadcast(0f), d1 = d0, d2 = d0, d3 = d0;
            float* weight = weights;
            for (int r = 0; r < rank; r++, weight += width)
            {
                V w = V.Load(weight);
                d0 = V.MultiplyAdd(V.Broadcast(token[r]), w, d0);
                d1 = V.MultiplyAdd(V.Broadcast(token[next + r]), w, d1);
                d2 = V.MultiplyAdd(V.Broadcast(token[2 * next + r]), w, d2);
                d3 = V.MultiplyAdd(V.Broadcast(token[3 * next + r]), w, d3);
            }
            d0.Store(delta);
            d1.Store(delta + width);
            d2.Store(delta + 2 * width);
            d3.Store(delta + 3 * width);
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
        int rank = call.Shape.StepRank, width = V.Width, length = call.Shape.Length;
        nint next = (nint)rows.Stride;
        for (int r = 0; r < rank;)
        {
            float* token = rows.Start + r, grad = gradDelta;
            V sum0 = V.Broadcast(0f), sum1 = sum0, sum2 = sum0, sum3 = sum0;
            if (rank - r >= 4)
            {
                for (int t = 0; t < length; t++, token += next, grad += width)
                {
                    V g = V.Load(grad);
                    sum0 = V.MultiplyAdd(V.Broadcast(token[0]), g, sum0);
                    sum1 = V.MultiplyAdd(V.Broadcast(token[1]), g, sum1);
                    sum2 = V.MultiplyAdd(V.Broadcast(token[2]), g, sum2);
                    sum3 = V.MultiplyAdd(V.Broadcast(token[3]), g, sum3);
                }
                sum0.Store(gradWeights);
                sum1.Store(gradWeights + width);
                sum2.Store(gradWeights + 2 * width);
                sum3.Store(gradWeights + 3 * width);
                gradWeights += 4 * width;
                r += 4;
            }
            else
            {
                for (int t = 0; t < length; t++, token += next, grad += width) sum0 = V.MultiplyAdd(V.Broadcast(token[0]), V.Load(grad), sum0);
                sum0.Store(gradWeights);
                gradWeights += width;
                r++;
            }
        }
    }

    /// <summary>Adds this block's share of the gradient of dt to <paramref name="sums"/>, [L, padded R].</summary>
    [MethodImpl(Compile.Alone)]
    public static void GradTokens(in ScanCall call, int block, float* gradDelta, float* sums)
    {
        int padded = call.PaddedRank, width = V.Width, length = call.Shape.Length;
        for (int r = 0; r < padded; r += width)
        {
            float* weights = call.StepRows + (nint)block * width * padded + r, sum = sums + r, grad = gradDelta;
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
                for (int lane = 0; lane < width; lane++) s = V.MultiplyAdd(V.Broadcast(grad[lane]), V.Load(weights + lane * padded), s);
                s.Store(sum);
            }
        }
    }
}
