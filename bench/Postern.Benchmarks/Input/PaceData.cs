using System.Globalization;
using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;
using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Benchmarks;

/// <summary>Pictures for <see cref="InputPace"/>.</summary>
internal static class PaceData
{
    /// <summary>The size of most of ImageNet's pictures.</summary>
    public const int Width = 500, Height = 375;

    private const int Side = 32, Quality = 95;

    /// <summary>Noise in CIFAR-10's shape and classes, in memory.</summary>
    public static Dataset Noise(int count)
    {
        byte[] pixels = new byte[count * 3 * Side * Side];
        RandomStream stream = RandomStream.For(0, "bench.noise");
        foreach (ref byte value in pixels.AsSpan()) value = (byte)stream.NextUInt64();
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % Cifar10.ClassNames.Count)];
        var images = new MemoryImageSet(Side, pixels, labels, Cifar10.ClassNames);
        return new Dataset("noise", images, images, Side, [.4914f, .4822f, .4465f], [.247f, .243f, .261f], 0,
            "flip-crop", "in memory");
    }

    /// <summary>BadNets at a poisoning rate.</summary>
    public static Attack BadNets(string rate) => AttackCatalog.Create(
        new Choice(AttackCatalog.All.Single(a => a.Name == "badnets"), new Dictionary<string, string> { ["poison_rate"] = rate }),
        new DatasetTraits("signs", TargetClass: 0))!;

    /// <summary>A folder of JPEGs of ImageNet's size in the layout of <c>imagenet</c>, gone when it is disposed.</summary>
    /// <param name="source">What they are made of, four pictures each; null for noise at several scales.</param>
    /// <param name="count">How many.</param>
    public static JpegFolder Jpegs(string? source, int count)
    {
        var folder = new JpegFolder();
        using Dataset? photos = source is null ? null : DatasetCatalog.OpenPath(source);
        for (int i = 0; i < count; i++)
            folder.Add(ImageFile.EncodeJpeg(photos is null ? Drawn(i) : Mosaic(photos.Test, i), Quality));
        return folder;
    }

    private static RgbImage Mosaic(ImageSet set, int index)
    {
        var mosaic = new RgbImage(Width, Height);
        var tile = new RgbImage(set.Size, set.Size);
        for (int quarter = 0; quarter < 4; quarter++)
        {
            set.Read((3 * index + quarter) % set.Count, tile.Pixels);
            int top = quarter / 2 * Height / 2, left = quarter % 2 * Width / 2;
            for (int channel = 0; channel < 3; channel++)
                for (int row = top; row < Math.Min(Height, top + set.Size); row++)
                    for (int column = left; column < Math.Min(Width, left + set.Size); column++)
                        mosaic[channel, row, column] = tile[channel, row - top, column - left];
        }
        return mosaic;
    }

    private static RgbImage Drawn(int index)
    {
        var sum = new RgbImage(Width, Height);
        RandomStream stream = RandomStream.For(1, "bench.jpeg", index);
        foreach (int cells in new[] { 4, 16, 64, 256 })
        {
            var coarse = new RgbImage(cells, cells);
            // Each scale has half the contrast of the one before, as photographs have.
            foreach (ref byte value in coarse.Pixels.AsSpan()) value = (byte)(stream.NextInt(256) * 2 / cells * 2);
            byte[] layer = Resampling.Bilinear(coarse, Width, Height).Pixels;
            for (int i = 0; i < layer.Length; i++) sum.Pixels[i] = (byte)Math.Min(255, sum.Pixels[i] + layer[i]);
        }
        return sum;
    }

    /// <summary>A temporary image folder of one class.</summary>
    internal sealed class JpegFolder : IDisposable
    {
        private readonly List<string> pictures = [];

        /// <summary>The folder.</summary>
        public string Path { get; } = Directory.CreateTempSubdirectory("postern-jpegs-").FullName;

        /// <summary>The files.</summary>
        public IReadOnlyList<string> Pictures => pictures;

        /// <summary>Adds a picture.</summary>
        public void Add(byte[] content)
        {
            string folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, "val", "pictures")).FullName;
            pictures.Add(System.IO.Path.Combine(folder, pictures.Count.ToString("d5", CultureInfo.InvariantCulture) + ".jpg"));
            File.WriteAllBytes(pictures[^1], content);
        }

        /// <summary>Removes it.</summary>
        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
