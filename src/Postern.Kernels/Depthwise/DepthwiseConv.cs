namespace Postern.Kernels;

/// <summary>
/// A depthwise convolution over maps whose channels lie side by side, of stride 1 and padded to the same size:
/// <code>
/// y_(b,i,j) = bias + sum_(k,l) weight_(k,l) x_(b, i + k - K / 2, j + l - K / 2),    x = 0 outside the map
/// </code>
/// and backwards gradX by the kernel turned round, gradWeight_(k,l) = sum over pixels of gradY x shifted alike. Pixels are rows
/// [B H W, C] in reading order, slices of wider ones included, float32 or bfloat16, all of them alike; parameters, their
/// gradients and all arithmetic are float32. <see cref="DepthwiseReference"/> says the same in plain loops.
/// </summary>
public static unsafe class DepthwiseConv
{
    /// <summary>Maps of a work item of the weight's gradient: their part is summed before items meet, in order.</summary>
    private const int MapsOfItem = 8;

    /// <summary>Channels of a work item of the weight's gradient.</summary>
    private const int ChannelsOfItem = 64;

    /// <summary>Pixels of a work item, at least, where a map has as many.</summary>
    private const int PixelsOfItem = 32;

    /// <summary>Computes y.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[B H W, C].</param>
    /// <param name="weight">[C, K K].</param>
    /// <param name="bias">[C]; none for 0.</param>
    /// <param name="y">Receives [B H W, C]; must not overlap x.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible, or rows differ in their type.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void Forward(
        DepthwiseShape shape, TokenRows x, TokenRows weight, TokenRows bias, TokenRows y, SimdPath path = SimdPath.Auto)
    {
        shape.Validate();
        TokenRows.RequireElement("depthwise convolution", x.Element, y);
        switch (SimdPaths.Resolve(path, KernelPaths.Depthwise))
        {
            case SimdPath.Plain: DepthwiseReference.Forward(shape, x, weight, bias, y); break;
            case SimdPath.Avx512: Forward<Lanes512>(shape, x, weight, bias, y, turned: false); break;
            case SimdPath.Avx2: Forward<Lanes256>(shape, x, weight, bias, y, turned: false); break;
            default: Forward<Lanes128>(shape, x, weight, bias, y, turned: false); break;
        }
    }

    /// <summary>Computes the gradients of the sum of y * gradY.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[B H W, C].</param>
    /// <param name="weight">[C, K K].</param>
    /// <param name="gradY">[B H W, C].</param>
    /// <param name="gradX">Receives [B H W, C]; must not overlap gradY.</param>
    /// <param name="gradWeight">Receives [C, K K].</param>
    /// <param name="gradBias">Receives [C].</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">The shape is impossible, or rows differ in their type.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void Backward(DepthwiseShape shape, TokenRows x, TokenRows weight, TokenRows gradY, TokenRows gradX,
        TokenRows gradWeight, TokenRows gradBias, SimdPath path = SimdPath.Auto)
    {
        shape.Validate();
        TokenRows.RequireElement("depthwise convolution", x.Element, gradY, gradX);
        switch (SimdPaths.Resolve(path, KernelPaths.Depthwise))
        {
            case SimdPath.Plain: DepthwiseReference.Backward(shape, x, weight, gradY, gradX, gradWeight, gradBias); break;
            case SimdPath.Avx512: Backward<Lanes512>(shape, x, weight, gradY, gradX, gradWeight, gradBias); break;
            case SimdPath.Avx2: Backward<Lanes256>(shape, x, weight, gradY, gradX, gradWeight, gradBias); break;
            default: Backward<Lanes128>(shape, x, weight, gradY, gradX, gradWeight, gradBias); break;
        }
    }

    /// <summary>The gradients in registers of a kind.</summary>
    internal static void Backward<V>(DepthwiseShape shape, TokenRows x, TokenRows weight, TokenRows gradY, TokenRows gradX,
        TokenRows gradWeight, TokenRows gradBias) where V : unmanaged, IVector<V>
    {
        Forward<V>(shape, gradY, weight, default, gradX, turned: true);
        GradWeight<V>(shape, x, gradY, gradWeight.Start, gradBias.Start);
    }

    /// <summary>The convolution by the kernel as it is, or turned round, which is the gradient's way back.</summary>
    internal static void Forward<V>(
        DepthwiseShape shape, TokenRows x, TokenRows weight, TokenRows bias, TokenRows y, bool turned)
        where V : unmanaged, IVector<V>
    {
        int lanes = Padded<V>(shape.Channels), taps = shape.Taps;
        float* kernel = Scratch.OfCall((long)(taps + 1) * lanes); // [K K, lanes], and the bias
        new Span<float>(kernel, (taps + 1) * lanes).Clear();
        for (int c = 0; c < shape.Channels; c++)
        {
            for (int t = 0; t < taps; t++) kernel[t * lanes + c] = weight.Start[c * taps + (turned ? taps - 1 - t : t)];
            if (bias.Exists) kernel[taps * lanes + c] = bias.Start[c];
        }
        delegate*<DepthwiseShape, int, TokenRows, float*, int, TokenRows, void> row = x.Element == RowElement.BFloat16
            ? &DepthwiseLoops.Row<V, BFloat16> : &DepthwiseLoops.Row<V, float>;
        int rows = shape.Batch * shape.Height, rowsOfItem = Math.Max(1, PixelsOfItem / shape.Width);
        KernelThreads.Run((rows + rowsOfItem - 1) / rowsOfItem, 0, (item, _) =>
        {
            int end = Math.Min(rows, (item + 1) * rowsOfItem);
            for (int i = item * rowsOfItem; i < end; i++) row(shape, i, x, kernel, lanes, y);
        });
    }

    private static void GradWeight<V>(DepthwiseShape shape, TokenRows x, TokenRows gradY, float* gradWeight, float* gradBias)
        where V : unmanaged, IVector<V>
    {
        int lanes = Padded<V>(shape.Channels), sums = shape.Taps + 1;
        int groups = (shape.Batch + MapsOfItem - 1) / MapsOfItem, blocks = (lanes + ChannelsOfItem - 1) / ChannelsOfItem;
        float* partials = Scratch.OfCall((long)groups * sums * lanes); // [groups, K K and the bias, lanes]
        delegate*<DepthwiseShape, int, TokenRows, TokenRows, float*, int, int, int, void> add =
            x.Element == RowElement.BFloat16 ? &DepthwiseLoops.AddGradients<V, BFloat16> : &DepthwiseLoops.AddGradients<V, float>;
        KernelThreads.Run(groups * blocks, 0, (item, _) =>
        {
            (int group, int first) = (item / blocks, item % blocks * ChannelsOfItem);
            int end = Math.Min(lanes, first + ChannelsOfItem);
            float* part = partials + (long)group * sums * lanes;
            for (int s = 0; s < sums; s++) new Span<float>(part + s * lanes + first, end - first).Clear();
            for (int b = group * MapsOfItem; b < Math.Min(shape.Batch, (group + 1) * MapsOfItem); b++)
                add(shape, b, x, gradY, part, lanes, first, end);
        });
        var total = new Span<float>(partials, sums * lanes);
        for (int group = 1; group < groups; group++)
            Lanes.Add(new ReadOnlySpan<float>(partials + (long)group * sums * lanes, sums * lanes), total);
        for (int c = 0; c < shape.Channels; c++)
        {
            for (int t = 0; t < shape.Taps; t++) gradWeight[c * shape.Taps + t] = partials[t * lanes + c];
            gradBias[c] = partials[shape.Taps * lanes + c];
        }
    }

    /// <summary>Channels, made up to whole registers.</summary>
    private static int Padded<V>(int channels) where V : unmanaged, IVector<V> => (channels + V.Width - 1) / V.Width * V.Width;
}
