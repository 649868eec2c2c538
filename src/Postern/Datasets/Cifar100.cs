using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>
/// <c>cifar100</c>: 32x32 pictures of a hundred classes, or of the twenty superclasses that they belong to (Krizhevsky 2009), in
/// any of the layouts of <see cref="CifarFiles"/>.
/// </summary>
public sealed class Cifar100 : IDatasetEntry
{
    private const string Coarse = "coarse";

    /// <inheritdoc/>
    public string Name => "cifar100";

    /// <inheritdoc/>
    public string Summary => "CIFAR-100: 32x32, 100 classes or 20 superclasses; binary, python or parquet layout";

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options { get; } =
    [
        .. StoredOptions.All,
        new("labels", OptionKind.Word, "fine", "fine (100 classes) or coarse (their 20 superclasses)")
        {
            Allowed = ["fine", Coarse],
        },
    ];

    // Mean and deviation of its training pictures, as the public programs for CIFAR-100 have them.
    /// <inheritdoc/>
    public PixelConstants Pixels { get; } = new([.5071f, .4867f, .4408f], [.2675f, .2565f, .2761f]);

    /// <inheritdoc/>
    int? IDatasetEntry.InputSide => CifarSet.Side;

    /// <inheritdoc/>
    public bool Recognises(string path) =>
        CifarFiles.Recognises(CifarSet.Fine, path) || CifarFiles.Recognises(CifarSet.Coarse, path);

    /// <inheritdoc/>
    public DatasetScale ScaleOf(Choice choice) =>
        new DatasetScale(50_000, 10_000, CifarSet.Side, SetOf(choice).ClassNames.Count)
        {
            ClassNames = SetOf(choice).ClassNames,
        }.Limited(choice);

    /// <inheritdoc/>
    public Dataset Open(Choice choice)
    {
        (ImageSet train, ImageSet test, string layout) = CifarFiles.Open(SetOf(choice), choice);
        return StoredOptions.Limit(choice, new Dataset(
            Name, train, test, CifarSet.Side, Pixels.Mean, Pixels.Std, TargetClass: 0, "flip-crop",
            $"{layout}, {choice.Word("labels")} labels"));
    }

    private static CifarSet SetOf(Choice choice) => choice.Word("labels") == Coarse ? CifarSet.Coarse : CifarSet.Fine;
}
