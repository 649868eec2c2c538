using System.Runtime.CompilerServices;

namespace Postern.Kernels;

/// <summary>
/// The arithmetic of a scan and nothing else: per element one exponential of a product and three multiply-adds, all on registers,
/// several states side by side so that none waits for another. No scan can be faster than this; how near one comes is measured
/// against it. With its gates it has the exponentials of a channel's token besides: the softplus of the step, and the gate of y,
/// one of each for every <see cref="StatesOfChannel"/>.
/// </summary>
public static unsafe class ScanCeiling
{
    /// <summary>N, where gates are counted.</summary>
    public const int StatesOfChannel = 16;

    /// <summary>Tokens that a work item runs over; long enough that its start does not count.</summary>
    internal const int Tokens = 1 << 14;

    /// <summary>States of an item, each in a register of its own.</summary>
    internal const int States = 4;

    /// <summary>The first step delta' and what each token adds to it, so that no exponential equals the one before.</summary>
    internal const float FirstStep = 0.001f, StepGrowth = 1e-6f;

    /// <summary>Channels' tokens with as many elements as an item.</summary>
    internal const int GatedTokens = Tokens * States / StatesOfChannel;

    /// <summary>
    /// Works through <paramref name="items"/> equal pieces on <see cref="KernelThreads.Count"/> threads.
    /// </summary>
    /// <param name="items">Pieces of about a million elements on the widest path; several for each thread.</param>
    /// <param name="gates">Whether softplus and gates are computed, too.</param>
    /// <param name="path">The instruction set.</param>
    /// <returns>
    /// How many elements (token, channel, state) that was, and the sum over states of the last y, which hangs on all of them:
    /// with rates of -1, -2, -3, -4 and b of 1, 1/2, 1/4, 1/8, h = 2^(step rate) h + step b and y = y + h / 4. With gates,
    /// softplus(x) / 2 + SiLU(x) is added for as many channels' tokens as the elements make up, x running like the step.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="items"/> is not positive.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static (long Elements, float Y) Run(int items, bool gates = false, SimdPath path = SimdPath.Auto)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        return SimdPaths.Resolve(path, KernelPaths.Scan) switch
        {
            SimdPath.Avx512 => Run<Lanes512>(items, gates),
            SimdPath.Avx2 => Run<Lanes256>(items, gates),
            _ => Run<Lanes128>(items, gates),
        };
    }

    private static (long Elements, float Y) Run<V>(int items, bool gates) where V : unmanaged, IVector<V>
    {
        float[] ys = new float[items];
        KernelThreads.Run(items, V.Width, (item, scratch) =>
        {
            (gates ? Item<V>() + Gates<V>() : Item<V>()).Store(scratch);
            ys[item] = scratch[0];
        });
        return ((long)items * Tokens * States * V.Width, ys[0]);
    }

    [MethodImpl(Compile.Alone)]
    private static V Item<V>() where V : unmanaged, IVector<V>
    {
        V step = V.Broadcast(FirstStep), growth = V.Broadcast(StepGrowth), c = V.Broadcast(0.25f);
        V b1 = V.Broadcast(1f), b2 = V.Broadcast(0.5f), b3 = V.Broadcast(0.25f), b4 = V.Broadcast(0.125f);
        V rate1 = V.Broadcast(-1f), rate2 = V.Broadcast(-2f), rate3 = V.Broadcast(-3f), rate4 = V.Broadcast(-4f);
        V h1 = V.Broadcast(0f), h2 = h1, h3 = h1, h4 = h1, y1 = h1, y2 = h1, y3 = h1, y4 = h1;
        for (int t = 0; t < Tokens; t++)
        {
            h1 = V.MultiplyAdd(V.Exp2(step * rate1), h1, step * b1);
            h2 = V.MultiplyAdd(V.Exp2(step * rate2), h2, step * b2);
            h3 = V.MultiplyAdd(V.Exp2(step * rate3), h3, step * b3);
            h4 = V.MultiplyAdd(V.Exp2(step * rate4), h4, step * b4);
            y1 = V.MultiplyAdd(c, h1, y1);
            y2 = V.MultiplyAdd(c, h2, y2);
            y3 = V.MultiplyAdd(c, h3, y3);
            y4 = V.MultiplyAdd(c, h4, y4);
            step += growth;
        }
        return y1 + y2 + (y3 + y4);
    }

    [MethodImpl(Compile.Alone)]
    private static V Gates<V>() where V : unmanaged, IVector<V>
    {
        V x = V.Broadcast(FirstStep), growth = V.Broadcast(StepGrowth), half = V.Broadcast(0.5f), steps = V.Broadcast(0f),
            gates = steps;
        for (int t = 0; t < GatedTokens; t++)
        {
            steps = V.MultiplyAdd(half, VectorMath.Softplus(x), steps);
            gates = V.MultiplyAdd(x, VectorMath.Sigmoid(x), gates);
            x += growth;
        }
        return steps + gates;
    }
}
