using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// What this machine needs for a training step's matrix products, by the faster of two routes, its attention's products, its
/// exponentials, and one pass over what must be written and read again. Each is measured alone; a step that shares their time, or
/// does without some, may be faster.
/// </summary>
internal sealed class StepFloor : IDisposable
{
    /// <summary>Values of the passed memory: more than caches hold.</summary>
    private const int Passed = 1 << 25;

    private readonly StepParts parts;
    private readonly MatrixFloor products;
    private readonly Tensor[] attention;
    private readonly Tensor from, to;

    /// <param name="parts">What the step does.</param>
    /// <param name="precision">Of its products.</param>
    public StepFloor(StepParts parts, Precision precision)
    {
        this.parts = parts;
        products = new MatrixFloor(parts.Layers, precision.TensorType());
        (long heads, long tokens, long width, int layers) = parts.Attention;
        attention = layers == 0 ? [] : [Random(heads, tokens, tokens), Random(heads, tokens, width)];
        (from, to) = (Random(Passed), Random(Passed));

        Tensor Random(params long[] shape) => randn(shape).to(precision.TensorType()).DetachFromDisposeScope();
    }

    /// <summary>Its parts, to be timed: both routes of the products, attention, exponentials, memory.</summary>
    public IReadOnlyList<Func<double>> Runs =>
    [
        products.RunAsProducts, products.RunAsConvolutions, RunAttention, () => ExponentialFloor.Seconds(parts.Exponentials),
        RunMemory,
    ];

    /// <summary>How many <see cref="Runs"/> there are.</summary>
    public const int Parts = 5;

    /// <summary>Puts the floor into a line.</summary>
    /// <param name="row">Without it.</param>
    /// <param name="seconds">Of <see cref="Runs"/>.</param>
    public ComparedRow Under(ComparedRow row, IReadOnlyList<double> seconds)
    {
        bool asProducts = seconds[0] <= seconds[1];
        (double faster, double slower) = asProducts ? (seconds[0], seconds[1]) : (seconds[1], seconds[0]);
        (string route, string other) =
            asProducts ? ("matrix products", "1x1 convolutions") : ("1x1 convolutions", "matrix products");
        string rest = parts.Attention.Layers == 0 ? "" : FormattableString.Invariant($"attention {1e3 * seconds[2]:f0} ms, ");
        return row with
        {
            FloorMs = 1e3 * (faster + seconds.Skip(2).Sum()),
            Note = FormattableString.Invariant(
                $"{row.Note}; floor: products {1e3 * faster:f0} ms as {route} ({2e-9 * parts.MultiplyAdds / faster:f0} GFLOP/s; ")
                + FormattableString.Invariant($"as {other} {1e3 * slower:f0} ms), {rest}exponentials {1e3 * seconds[3]:f0} ms, ")
                + FormattableString.Invariant($"memory {1e3 * seconds[4]:f0} ms"),
        };
    }

    /// <summary>Scores and sums of values forward; gradients of scores, values, queries and keys backward.</summary>
    private double RunAttention()
    {
        if (attention.Length == 0) return 0;
        using var noGrad = no_grad();
        return SideBySide.Time(() =>
        {
            (Tensor shares, Tensor rows) = (attention[0], attention[1]);
            using Tensor across = rows.transpose(1, 2);
            for (int layer = 0; layer < parts.Attention.Layers; layer++)
            {
                for (int pairs = 0; pairs < 2; pairs++) rows.bmm(across).Dispose();
                for (int sums = 0; sums < 4; sums++) shares.bmm(rows).Dispose();
            }
        });
    }

    private double RunMemory()
    {
        using var noGrad = no_grad();
        // A copy reads and writes.
        long element = from.element_size(), moved = 2 * from.numel() * element, bytes = parts.Bytes(element);
        return SideBySide.Time(() => to.copy_(from)) * bytes / moved;
    }

    public void Dispose()
    {
        products.Dispose();
        foreach (Tensor tensor in attention.Concat([from, to])) tensor.Dispose();
    }
}
