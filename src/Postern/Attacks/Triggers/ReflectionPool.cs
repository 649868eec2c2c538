using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Postern.Datasets.Files;
using Postern.Imaging;

namespace Postern.Attacks.Triggers;

/// <summary>The pictures that Refool mirrors, in linear light at the size that is asked for.</summary>
internal sealed class ReflectionPool
{
    private const int DrawnSide = 64;
    private static readonly string[] Extensions = [".jpeg", ".jpg", ".png", ".ppm", ".bmp", ".webp"];

    private readonly Lazy<RgbImage>[] pictures;
    private readonly bool swapped;
    private readonly PerSize<Lazy<float[]>[]> lights;

    /// <param name="pictures">The pool, decoded when first needed.</param>
    /// <param name="swapped">Blue and red exchanged, since the toolbox reads blue first and never converts.</param>
    /// <param name="checksum">SHA-256 (hex) of what the pool is made of.</param>
    internal ReflectionPool(IReadOnlyList<Func<RgbImage>> pictures, bool swapped, string checksum)
    {
        this.pictures = [.. pictures.Select(p => new Lazy<RgbImage>(p))];
        (this.swapped, Checksum) = (swapped, checksum);
        lights = new PerSize<Lazy<float[]>[]>(size => [.. this.pictures.Select(p => new Lazy<float[]>(() => Light(p.Value, size)))]);
    }

    /// <summary>How many pictures.</summary>
    internal int Count => pictures.Length;

    /// <summary>SHA-256 (hex) of what the pool is made of.</summary>
    internal string Checksum { get; }

    /// <summary>Picture <paramref name="index"/> resized and in linear light, [3, size, size]; red is the toolbox's first channel.</summary>
    internal float[] At(int index, int size) => lights.At(size)[index].Value;

    /// <summary>The first <paramref name="count"/> pictures of a folder or zip and the folders in it, in ordinal order.</summary>
    /// <exception cref="InputException">There is no picture.</exception>
    internal static ReflectionPool FromFiles(string path, int count, bool swapped)
    {
        FileTree tree = FileTree.Open(path);
        string[] files = [.. Under(tree, "").Take(count)];
        if (files.Length == 0) throw new InputException(path, "there are no pictures in it; a pool of reflections is a folder or zip of photographs");
        string list = string.Concat(files.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f}\t{Convert.ToHexStringLower(SHA256.HashData(tree.Read(f)))}\n")));
        return new ReflectionPool([.. files.Select<string, Func<RgbImage>>(f => () => ImageFile.Decode(tree.Read(f), tree.Describe(f)))],
            swapped, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list))));
    }

    /// <summary><paramref name="count"/> scenes drawn by Postern, a stand-in for photographs.</summary>
    internal static ReflectionPool Drawn(int count, bool swapped) => new(
        [.. Enumerable.Range(0, count).Select<int, Func<RgbImage>>(i => () => DrawnScene.Draw(i, DrawnSide))],
        swapped, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"drawn scenes 1, {count}"))));

    private static IEnumerable<string> Under(FileTree tree, string folder)
    {
        IEnumerable<string> inner = tree.Folders(folder).SelectMany(f => Under(tree, folder.Length == 0 ? f : $"{folder}/{f}"));
        return tree.Files(folder).Where(f => Extensions.Contains(Path.GetExtension(f).ToLowerInvariant())).Concat(inner).Order(StringComparer.Ordinal);
    }

    private float[] Light(RgbImage picture, int size)
    {
        int plane = size * size, source = picture.Width * picture.Height;
        float[] light = new float[3 * plane];
        for (int channel = 0; channel < 3; channel++)
        {
            ReadOnlySpan<byte> values = picture.Pixels.AsSpan((swapped ? 2 - channel : channel) * source, source);
            for (int row = 0; row < size; row++)
            {
                (int top, int below, float down) = Reflection.Between(row, picture.Height, size);
                for (int column = 0; column < size; column++)
                {
                    (int left, int right, float across) = Reflection.Between(column, picture.Width, size);
                    double upper = values[top * picture.Width + left] / 255.0 * (1f - across) + values[top * picture.Width + right] / 255.0 * across;
                    double lower = values[below * picture.Width + left] / 255.0 * (1f - across) + values[below * picture.Width + right] / 255.0 * across;
                    light[channel * plane + row * size + column] = (float)Math.Pow(upper * (1f - down) + lower * down, 2.2);
                }
            }
        }
        return light;
    }
}
