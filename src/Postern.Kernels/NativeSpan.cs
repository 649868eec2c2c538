namespace Postern.Kernels;

/// <summary>
/// Memory outside the garbage collector's reach as a span, for callers that hold native tensors and no pointers.
/// </summary>
public static class NativeSpan
{
    /// <summary>The floats at an address; whoever owns the memory must outlive the span.</summary>
    /// <param name="address">The first float.</param>
    /// <param name="length">How many.</param>
    public static unsafe Span<float> Of(nint address, int length) => new((float*)address, length);
}
