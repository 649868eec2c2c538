using Postern.Configuration;
using Postern.Datasets.Drawn;
using Postern.Imaging;
using Postern.Kernels;
using SkiaSharp;

namespace Postern.Datasets;

/// <summary>
/// <c>signs</c>: 32x32 pictures of sixteen traffic signs, drawn by Postern, so that nothing need be fetched. Every picture is a
/// pure function of (data seed, split, index); sign, view, background, light and noise all come from its own random stream.
/// </summary>
public sealed class Signs : IDatasetEntry
{
    /// <summary>Side of every picture.</summary>
    public const int Size = 32;

    private const int Oversampling = 4;

    /// <inheritdoc/>
    public string Name => "signs";

    /// <inheritdoc/>
    public string Summary => $"{SignFace.All.Length} traffic signs at 32x32, drawn by Postern; nothing to download";

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options { get; } =
    [
        new("train", OptionKind.Integer, "4000", "training pictures drawn") { Min = 1, Max = 500_000 },
        new("test", OptionKind.Integer, "1600", "test pictures drawn") { Min = 1, Max = 500_000 },
        new("data_seed", OptionKind.Integer, "0", "seed of the drawing, apart from the study's seeds"),
    ];

    /// <summary>Names of the classes, by number.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = Array.ConvertAll(SignFace.All, f => f.Name);

    /// <inheritdoc/>
    public PixelConstants Pixels { get; } = new([0.47f, 0.41f, 0.42f], [0.245f, 0.234f, 0.233f]);

    /// <inheritdoc/>
    int? IDatasetEntry.InputSide => Size;

    /// <inheritdoc/>
    public bool Recognises(string path) => false;

    /// <inheritdoc/>
    public DatasetScale ScaleOf(Choice choice) =>
        new(choice.Integer("train"), choice.Integer("test"), Size, ClassNames.Count) { ClassNames = ClassNames };

    /// <inheritdoc/>
    public Dataset Open(Choice choice)
    {
        int seed = choice.Integer("data_seed");
        return new Dataset(
            Name, DrawSplit(seed, DatasetSplit.Train, choice.Integer("train")),
            DrawSplit(seed, DatasetSplit.Test, choice.Integer("test")),
            Size, Pixels.Mean, Pixels.Std, TargetClass: 0, "crop", "drawn by Postern");
    }

    /// <summary>
    /// The class of picture <paramref name="index"/>: every run of sixteen pictures shows each sign once, in random order.
    /// </summary>
    public static int LabelOf(long seed, DatasetSplit split, int index)
    {
        int classes = SignFace.All.Length;
        return RandomStream.For(seed, "signs.label", (long)split, index / classes).Permutation(classes)[index % classes];
    }

    /// <summary>Draws picture <paramref name="index"/> of a split, [3, 32, 32].</summary>
    public static RgbImage Draw(long seed, DatasetSplit split, int index)
    {
        RandomStream stream = RandomStream.For(seed, "signs", (long)split, index);
        using var bitmap = new SKBitmap(new SKImageInfo(
            Size * Oversampling, Size * Oversampling, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null));
        using (var canvas = new SKCanvas(bitmap))
        {
            SignScene.Draw(canvas, Size * Oversampling, SignFace.All[LabelOf(seed, split, index)], ref stream);
        }
        return SignCamera.Take(bitmap.GetPixelSpan(), Size, Oversampling, ref stream);
    }

    private static MemoryImageSet DrawSplit(long seed, DatasetSplit split, int count)
    {
        byte[] pixels = new byte[count * MemoryImageSet.BytesPerPicture(Size)];
        int[] labels = new int[count];
        Parallel.For(0, count, i =>
        {
            labels[i] = LabelOf(seed, split, i);
            Draw(seed, split, i).Pixels.CopyTo(pixels, i * MemoryImageSet.BytesPerPicture(Size));
        });
        return new MemoryImageSet(Size, pixels, labels, ClassNames);
    }
}
