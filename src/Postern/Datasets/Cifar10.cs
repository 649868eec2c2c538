using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>
/// <c>cifar10</c>: 32x32 pictures of ten classes (Krizhevsky 2009) in any of the layouts of <see cref="CifarFiles"/>. Constants
/// of <c>docs/reference/attacks.md 1.1</c>.
/// </summary>
public sealed class Cifar10 : IDatasetEntry
{
    /// <summary>Names of the classes, by number.</summary>
    public static IReadOnlyList<string> ClassNames => CifarSet.Ten.ClassNames;

    /// <inheritdoc/>
    public string Name => "cifar10";

    /// <inheritdoc/>
    public string Summary => "CIFAR-10: 32x32, 10 classes; binary, python or parquet layout";

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options => StoredOptions.All;

    /// <inheritdoc/>
    public PixelConstants Pixels { get; } = new([.4914f, .4822f, .4465f], [.247f, .243f, .261f]);

    /// <inheritdoc/>
    int? IDatasetEntry.InputSide => CifarSet.Side;

    /// <inheritdoc/>
    public bool Recognises(string path) => CifarFiles.Recognises(CifarSet.Ten, path);

    /// <inheritdoc/>
    public DatasetScale ScaleOf(Choice choice) =>
        new DatasetScale(50_000, 10_000, CifarSet.Side, ClassNames.Count) { ClassNames = ClassNames }.Limited(choice);

    /// <inheritdoc/>
    public Dataset Open(Choice choice)
    {
        (ImageSet train, ImageSet test, string layout) = CifarFiles.Open(CifarSet.Ten, choice);
        return StoredOptions.Limit(choice, new Dataset(
            Name, train, test, CifarSet.Side, Pixels.Mean, Pixels.Std, TargetClass: 0, "flip-crop",
            layout));
    }
}
