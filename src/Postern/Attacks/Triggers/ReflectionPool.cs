using System.Security.Cryptography;
using System.Text;
using Postern.Imaging;

namespace Postern.Attacks.Triggers;

/// <summary>
/// The pictures that Refool lets be reflected, as light at any size (<c>docs/reference/attacks.md 2.4</c>). A picture is decoded
/// and resized when it is first asked for and then kept; safe from several threads.
/// </summary>
public sealed class ReflectionPool
{
    /// <summary>Pictures in a pool at most, as in the toolbox.</summary>
    public const int Largest = 200;

    private static readonly string[] Extensions = [".jpeg", ".jpg", ".png", ".ppm", ".bmp", ".webp"];

    private readonly Lazy<string> checksum;
    private readonly PerSize<Lazy<float[]>[]> lights;

    /// <summary>A pool of pictures of any sizes, at least one.</summary>
    public ReflectionPool(IReadOnlyList<RgbImage> pictures)
        : this(pictures.Count, i => pictures[i], () => Hash(pictures.Select((p, i) => ($"{i}:{p.Width}x{p.Height}", p.Pixels))))
    {
    }

    private ReflectionPool(int count, Func<int, RgbImage> decode, Func<string> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        (Count, checksum) = (count, new Lazy<string>(hash));
        lights = new PerSize<Lazy<float[]>[]>(
            size => [.. Enumerable.Range(0, count).Select(i => new Lazy<float[]>(() => Light(decode(i), size)))]);
    }

    /// <summary>
    /// Scenes drawn by Postern, a stand-in for photographs, so that the attack needs no file. Results with it are not those of a
    /// pool of photographs; their checksums tell them apart.
    /// </summary>
    public static ReflectionPool Drawn { get; } = new(Largest, i => LeafScene.Draw(0, i),
        () => Hash(Enumerable.Range(0, Largest).Select(i => ($"scene {i}", LeafScene.Draw(0, i).Pixels))));

    /// <summary>Number of pictures.</summary>
    public int Count { get; }

    /// <summary>SHA-256 (hex) of the pictures' names and contents in their order.</summary>
    public string Checksum => checksum.Value;

    /// <summary>
    /// The first <see cref="Largest"/> pictures in a folder or zip, folders in it included, in ordinal order of their names.
    /// </summary>
    /// <exception cref="InputException">Nothing there, or no picture in it. A damaged picture is told when it is first
    /// used.</exception>
    public static ReflectionPool Load(string path)
    {
        if (!Path.Exists(path))
            throw new InputException(path, "there is no such folder or zip; 'reflections' names one with photographs in it");
        using FileTree tree = FileTrees.Open(path);
        (string Name, string Place, byte[] Content)[] files = [.. Pictures(tree, "").Order(StringComparer.Ordinal).Take(Largest)
            .Select(f => (f, tree.Describe(f), tree.Read(f)))];
        if (files.Length == 0)
            throw new InputException(path,
                $"there is no picture in it ({string.Join(", ", Extensions)}); 'reflections' needs photographs");
        return new ReflectionPool(files.Length, i => ImageFile.Decode(files[i].Content, files[i].Place),
            () => Hash(files.Select(f => (f.Name, f.Content))));
    }

    /// <summary>
    /// Picture <paramref name="index"/> as light, [3, size, size] in [0, 1], red plane first: resized plainly, then to the power
    /// 2.2.
    /// </summary>
    internal ReadOnlySpan<float> Light(int index, int size) => lights.At(size)[index].Value;

    // Without antialiasing, as OpenCV resizes where the toolbox means to ask for bicubic.
    private static float[] Light(RgbImage picture, int size)
    {
        BilinearTaps columns = new(picture.Width, size), rows = new(picture.Height, size);
        float[] light = new float[3 * size * size];
        for (int line = 0; line < 3 * size; line++)
        {
            int row = line % size, plane = line / size * picture.Height * picture.Width;
            ReadOnlySpan<byte> upper = picture.Pixels.AsSpan(plane + rows.First[row] * picture.Width, picture.Width);
            ReadOnlySpan<byte> lower = picture.Pixels.AsSpan(plane + rows.Second[row] * picture.Width, picture.Width);
            float down = rows.Weight[row];
            for (int column = 0; column < size; column++)
            {
                int a = columns.First[column], b = columns.Second[column];
                float right = columns.Weight[column];
                double above = upper[a] / 255.0 * (1 - right) + upper[b] / 255.0 * right,
                    below = lower[a] / 255.0 * (1 - right) + lower[b] / 255.0 * right;
                light[line * size + column] = (float)Math.Pow(above * (1 - down) + below * down, 2.2);
            }
        }
        return light;
    }

    private static IEnumerable<string> Pictures(FileTree tree, string folder)
    {
        foreach (string file in tree.Files(folder).Where(f => Extensions.Contains(Path.GetExtension(f).ToLowerInvariant())))
            yield return file;
        foreach (string inner in tree.Folders(folder))
            foreach (string file in Pictures(tree, folder.Length == 0 ? inner : $"{folder}/{inner}")) yield return file;
    }

    private static string Hash(IEnumerable<(string Name, byte[] Content)> pictures)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, byte[] content) in pictures)
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}:{Convert.ToHexStringLower(SHA256.HashData(content))}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
