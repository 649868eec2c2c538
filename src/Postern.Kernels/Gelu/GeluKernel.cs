namespace Postern.Kernels;

/// <summary>
/// The exact GELU (Hendrycks and Gimpel 2016) of a gate, times a value where there is one, fused; over every element
/// <code>
/// y = g P(g) v      gradG = gradY v (P(g) + g p(g))      gradV = gradY g P(g)
/// </code>
/// P and p are distribution and density of the standard normal; v is 1 where there is none. Rows are float32 or bfloat16, all of
/// them alike; arithmetic is float32. <see cref="GeluReference"/> says the same in plain loops.
/// </summary>
public static unsafe class GeluKernel
{
    /// <summary>Elements of a work item, about.</summary>
    private const int ItemSize = 1 << 13;

    /// <summary>Computes y.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="gate">g: [rows, width].</param>
    /// <param name="value">v: [rows, width]; none for 1.</param>
    /// <param name="y">Receives y: [rows, width].</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">Rows differ in their type.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void Forward(
        int rows, int width, TokenRows gate, TokenRows value, TokenRows y, SimdPath path = SimdPath.Auto)
    {
        TokenRows.RequireElement("gated GELU", gate.Element, value, y);
        switch (SimdPaths.Resolve(path, KernelPaths.Gelu))
        {
            case SimdPath.Plain: GeluReference.Forward(rows, width, gate, value, y); break;
            case SimdPath.Avx512: Forward<Lanes512>(rows, width, gate, value, y); break;
            case SimdPath.Avx2: Forward<Lanes256>(rows, width, gate, value, y); break;
            default: Forward<Lanes128>(rows, width, gate, value, y); break;
        }
    }

    /// <summary>Computes the gradients of g and of v.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="gate">g: [rows, width].</param>
    /// <param name="value">v: [rows, width]; none for 1.</param>
    /// <param name="gradY">[rows, width].</param>
    /// <param name="gradGate">Receives [rows, width].</param>
    /// <param name="gradValue">Receives [rows, width]; none where there is no v.</param>
    /// <param name="path">The instruction set, for tests and benchmarks.</param>
    /// <exception cref="ArgumentException">Rows differ in their type, or only one of v and its gradient is there.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instructions of
    /// <paramref name="path"/>.</exception>
    public static void Backward(int rows, int width, TokenRows gate, TokenRows value, TokenRows gradY, TokenRows gradGate,
        TokenRows gradValue, SimdPath path = SimdPath.Auto)
    {
        TokenRows.RequireElement("gated GELU", gate.Element, value, gradY, gradGate, gradValue);
        if (value.Exists != gradValue.Exists)
            throw new ArgumentException("gated GELU: a value and its gradient come together or not at all");
        switch (SimdPaths.Resolve(path, KernelPaths.Gelu))
        {
            case SimdPath.Plain: GeluReference.Backward(rows, width, gate, value, gradY, gradGate, gradValue); break;
            case SimdPath.Avx512: Backward<Lanes512>(rows, width, gate, value, gradY, gradGate, gradValue); break;
            case SimdPath.Avx2: Backward<Lanes256>(rows, width, gate, value, gradY, gradGate, gradValue); break;
            default: Backward<Lanes128>(rows, width, gate, value, gradY, gradGate, gradValue); break;
        }
    }

    /// <summary>y in registers of a kind.</summary>
    internal static void Forward<V>(int rows, int width, TokenRows gate, TokenRows value, TokenRows y)
        where V : unmanaged, IVector<V>
    {
        delegate*<int, void*, void*, void*, void> row = gate.Element == RowElement.BFloat16
            ? &GeluRow.Forward<V, BFloat16> : &GeluRow.Forward<V, float>;
        Run(rows, width, i => row(width, gate.Row(i), value.Row(i), y.Row(i)));
    }

    /// <summary>The gradients in registers of a kind.</summary>
    internal static void Backward<V>(int rows, int width, TokenRows gate, TokenRows value, TokenRows gradY, TokenRows gradGate,
        TokenRows gradValue) where V : unmanaged, IVector<V>
    {
        delegate*<int, void*, void*, void*, void*, void*, void> row = gate.Element == RowElement.BFloat16
            ? &GeluRow.Backward<V, BFloat16> : &GeluRow.Backward<V, float>;
        Run(rows, width, i => row(width, gate.Row(i), value.Row(i), gradY.Row(i), gradGate.Row(i), gradValue.Row(i)));
    }

    private static void Run(int rows, int width, Action<int> row)
    {
        int rowsOfItem = Math.Max(1, ItemSize / width);
        KernelThreads.Run((rows + rowsOfItem - 1) / rowsOfItem, 0, (item, _) =>
        {
            int end = Math.Min(rows, (item + 1) * rowsOfItem);
            for (int i = item * rowsOfItem; i < end; i++) row(i);
        });
    }
}
