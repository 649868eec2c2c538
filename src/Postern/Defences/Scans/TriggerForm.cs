using Postern.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Postern.Defences.Scans;

/// <summary>A trigger that is searched for: what is free in it, how it is planted, and how large it is.</summary>
internal abstract class TriggerForm : IDisposable
{
    /// <summary>What the search changes.</summary>
    public required IReadOnlyList<Parameter> Free { get; init; }

    /// <summary>Plants it.</summary>
    /// <param name="x">[B, 3, h, w], in [0, 1].</param>
    /// <param name="shift">Rows and columns that it is moved by, where its form allows that.</param>
    public abstract Tensor Stamp(Tensor x, (int Down, int Right) shift = default);

    /// <summary>Its size, a scalar: the statistic of its class.</summary>
    public abstract Tensor Size();

    /// <summary>What <see cref="Size"/> measures.</summary>
    public abstract string Statistic { get; }

    /// <summary>Side of the grid that it may be moved within; 1 for none.</summary>
    public virtual int Period => 1;

    /// <summary>What it does to a black picture, or to a grey one where it may darken: [3, h, w], to be looked at.</summary>
    public abstract Tensor Picture();

    /// <summary>Releases what is free in it.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in Free) parameter.Dispose();
    }

    /// <summary>(tanh a + 1) / 2.</summary>
    protected static Tensor Unit(Tensor a) => (a.tanh() + 1) / 2;
}

/// <summary>A mask with a value for each pixel, and a pattern: (1 - m) x + m p (Wang et al. 2019).</summary>
internal sealed class PixelMask : TriggerForm
{
    /// <summary>Starts from ones, BackdoorBench's start.</summary>
    public static PixelMask Start(int size) => Of(ones(size, size), ones(3, size, size));

    /// <summary>The form of given values before their tanh: mask [h, w] and pattern [3, h, w].</summary>
    public static PixelMask Of(Tensor mask, Tensor pattern) => new() { Free = [new Parameter(mask), new Parameter(pattern)] };

    /// <summary>m, [h, w].</summary>
    public Tensor Mask => Unit(Free[0]);

    /// <summary>p, [3, h, w].</summary>
    public Tensor Pattern => Unit(Free[1]);

    public override string Statistic => "mask norm";

    public override Tensor Stamp(Tensor x, (int Down, int Right) shift = default) => (1 - Mask) * x + Mask * Pattern;

    public override Tensor Size() => Mask.abs().sum();

    public override Tensor Picture() => Mask * Pattern;
}

/// <summary>
/// A mask with a value for each patch, enlarged to its pixels: on models that see patches, pixel masks come out as noise (SPACE
/// 2023).
/// </summary>
internal sealed class PatchMask : TriggerForm
{
    /// <summary>Starts from ones.</summary>
    public static PatchMask Start(int size, int patch) => Of(ones(size / patch, size / patch), ones(3, size, size), patch);

    /// <summary>The form of given values before their tanh: mask [h / P, w / P] and pattern [3, h, w].</summary>
    public static PatchMask Of(Tensor mask, Tensor pattern, int patch) =>
        new() { Free = [new Parameter(mask), new Parameter(pattern)], Patch = patch };

    /// <summary>P, side of a patch.</summary>
    public required int Patch { get; init; }

    /// <summary>[h / P, w / P].</summary>
    public Tensor Patches => Unit(Free[0]);

    /// <summary>m, [h, w].</summary>
    public Tensor Mask => Patches.repeat_interleave(Patch, 0).repeat_interleave(Patch, 1);

    /// <summary>p, [3, h, w].</summary>
    public Tensor Pattern => Unit(Free[1]);

    public override string Statistic => "mask, in patches";

    public override Tensor Stamp(Tensor x, (int Down, int Right) shift = default) => (1 - Mask) * x + Mask * Pattern;

    public override Tensor Size() => Patches.sum();

    public override Tensor Picture() => Mask * Pattern;
}

/// <summary>
/// A tile that is added everywhere, again and again: clip(x + tau). The only form that can be small for a trigger with a pixel in
/// every patch.
/// </summary>
internal sealed class RecurringTile : TriggerForm
{
    private const double StartDeviation = 0.1;

    /// <summary>Starts from small values that <paramref name="seed"/> and the class decide.</summary>
    public static RecurringTile Start(int size, int patch, long seed, int target)
    {
        RandomStream stream = RandomStream.For(seed, "recurring-tile", target);
        float[] values = new float[3 * patch * patch];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(StartDeviation * stream.NextNormal());
        return Of(tensor(values, [3, patch, patch]), size, size);
    }

    /// <summary>The form of a given tile, [3, P, P], on pictures of h x w, multiples of P.</summary>
    public static RecurringTile Of(Tensor tile, int height, int width) =>
        new() { Free = [new Parameter(tile)], Height = height, Width = width };

    /// <summary>Rows of a picture.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of a picture.</summary>
    public required int Width { get; init; }

    /// <summary>tau, [3, P, P].</summary>
    public Tensor Tile => Free[0];

    public override int Period => (int)Tile.shape[1];

    public override string Statistic => "sum of the tile's absolute values";

    public override Tensor Stamp(Tensor x, (int Down, int Right) shift = default) =>
        (x + Everywhere().roll([shift.Down, shift.Right], [1, 2])).clamp(0, 1);

    public override Tensor Size() => Tile.abs().sum();

    // Values below 0 darken.
    public override Tensor Picture() => (Everywhere() + 0.5).clamp(0, 1);

    private Tensor Everywhere() => Tile.repeat([1, Height / Period, Width / Period]);
}
