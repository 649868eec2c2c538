using FsCheck;
using FsCheck.Fluent;
using Postern.Kernels;

namespace Postern.Tests.Attacks;

/// <summary>Pictures for properties: any values in [0, 1], with both ends well represented.</summary>
/// <param name="Size">Side in pixels.</param>
/// <param name="Pixels">[3, Size, Size], [0, 1].</param>
internal sealed record RandomPicture(int Size, float[] Pixels)
{
    public static Gen<RandomPicture> Of(params int[] sizes) =>
        from size in Gen.Elements(sizes)
        from seed in Gen.Choose(0, int.MaxValue)
        select Draw(size, seed);

    public static RandomPicture Draw(int size, long seed)
    {
        RandomStream stream = RandomStream.For(seed, "picture", size);
        float[] pixels = new float[3 * size * size];
        foreach (ref float value in pixels.AsSpan()) value = Math.Clamp((float)stream.NextDouble(-0.2, 1.2), 0f, 1f);
        return new RandomPicture(size, pixels);
    }

    /// <summary>The picture after <paramref name="change"/>, [3, Size, Size]; this one stays as it is.</summary>
    public float[] After(Action<float[]> change)
    {
        float[] copy = [.. Pixels];
        change(copy);
        return copy;
    }

    /// <summary>(channel, row, column) of an offset into the pixels.</summary>
    public (int Channel, int Row, int Column) At(int offset) => (offset / (Size * Size), offset / Size % Size, offset % Size);

    public override string ToString() => $"{Size}x{Size}, first values {string.Join(" ", Pixels.Take(4))}";
}
