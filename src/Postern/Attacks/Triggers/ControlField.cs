using Postern.Kernels;

namespace Postern.Attacks.Triggers;

/// <summary>
/// WaNet's random field (<c>docs/reference/attacks.md 2.7</c>): k x k control points for each direction, whose mean absolute
/// value is 1, enlarged to the size of a picture by bicubic interpolation. One field is one trigger at every size.
/// </summary>
public sealed class ControlField
{
    private readonly float[] points;

    /// <summary>Takes over stored points as they are.</summary>
    /// <param name="side">k.</param>
    /// <param name="points">[2, k, k]: horizontal, then vertical.</param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    public ControlField(int side, float[] points)
    {
        if (points.Length != 2 * side * side)
            throw new ArgumentException($"{points.Length} values for 2x{side}x{side}", nameof(points));
        (Side, this.points) = (side, points);
    }

    /// <summary>k.</summary>
    public int Side { get; }

    /// <summary>[2, k, k]: horizontal, then vertical.</summary>
    public ReadOnlySpan<float> Points => points;

    /// <summary>Draws a field: uniform in [-1, 1), then divided by the mean of the absolute values.</summary>
    /// <param name="side">k, at least 1.</param>
    /// <param name="seed">The field's seed; it alone decides.</param>
    public static ControlField Draw(int side, long seed)
    {
        RandomStream stream = RandomStream.For(seed, "wanet.field");
        double[] drawn = [.. Enumerable.Range(0, 2 * side * side).Select(_ => stream.NextDouble(-1, 1))];
        double mean = drawn.Average(Math.Abs);
        return new ControlField(side, [.. drawn.Select(v => (float)(v / mean))]);
    }

    /// <summary>The field at the size of a picture, [2, size, size], without unit: WaNet scales it by s / size.</summary>
    public float[] Enlarged(int size)
    {
        float[] field = new float[2 * size * size];
        for (int direction = 0; direction < 2; direction++)
        {
            BicubicUpsampling.AlignCorners(
                points.AsSpan(direction * Side * Side, Side * Side), Side,
                field.AsSpan(direction * size * size, size * size), size);
        }
        return field;
    }
}
