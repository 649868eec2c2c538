using Postern.Datasets;
using Postern.Kernels;

namespace Postern.Tests;

/// <summary>A tiny dataset for tests of training: each class is a bright row at its own height, under noise.</summary>
internal sealed class StripeImages(int count, int size = 8, int classes = 4, long seed = 1)
    : ImageSet(size, [.. Enumerable.Range(0, count).Select(i => i % classes)],
        [.. Enumerable.Range(0, classes).Select(c => $"stripe {c}")])
{
    public override string Fingerprint => $"stripes-{count}-{seed}";

    public override void Read(int index, Span<byte> pixels)
    {
        RandomStream stream = RandomStream.For(seed, "stripes", index);
        for (int i = 0; i < pixels.Length; i++)
        {
            int row = i / Size % Size;
            bool bright = row * ClassNames.Count / Size == Labels[index];
            pixels[i] = (byte)(stream.NextInt(60) + (bright ? 150 : 20));
        }
    }
}
