using System.Globalization;
using Postern.Configuration;

namespace Postern.Models;

/// <summary>A named backbone: what it is, what a study may set, how it is built.</summary>
/// <param name="Name">Name in the study file.</param>
/// <param name="Summary">One line for listings.</param>
/// <param name="Origin">The official code whose keys and values it shares.</param>
/// <param name="InputSide">Side of the pictures that it is usually given, in pixels.</param>
/// <param name="Sizes">The options that set its sizes.</param>
/// <param name="Build">
/// From the resolved options, the number of classes and the side of the input; initial values are not drawn yet
/// (<see cref="ModelCatalog.Create"/> draws them).
/// </param>
/// <param name="Recognise">The sizes that weights of these shapes need; null where they belong to another family.</param>
public sealed record ModelEntry(
    string Name, string Summary, string Origin, int InputSide, IReadOnlyList<OptionInfo> Sizes,
    Func<Choice, int, int, Backbone> Build,
    Func<WeightShapes, WeightSizes?> Recognise) : ICatalogEntry
{
    /// <summary>Its architecture: <c>resnet</c>, <c>deit</c>, <c>vim</c> or <c>mambaout</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Base learning rate, for 512 pictures an update, of the official training from scratch.</summary>
    public string ScratchRate { get; init; } = "0.0005";

    /// <summary>Weight decay of the official training from scratch.</summary>
    public string ScratchDecay { get; init; } = "0.05";

    /// <summary>What a study may set: the sizes, and where training starts.</summary>
    public IReadOnlyList<OptionInfo> Options { get; } = [.. Sizes, .. CheckpointOptions.All];

    /// <summary>Number of classes of the dataset that it is usually trained on: ImageNet's at 224, else CIFAR-10's.</summary>
    public int UsualClasses => InputSide >= 224 ? 1000 : 10;

    /// <summary>An option that takes a number of something.</summary>
    internal static OptionInfo Size(string name, int value, string meaning, int min = 1) =>
        new(name, OptionKind.Integer, value.ToString(CultureInfo.InvariantCulture), meaning) { Min = min, Max = 4096 };

    /// <summary>The option of stochastic depth.</summary>
    /// <param name="rate">The rate of the official training from scratch.</param>
    /// <param name="fineTuned">The rate of the official fine-tuning; null where there is none of another rate.</param>
    internal static OptionInfo DropPath(string rate, string? fineTuned = null) =>
        new("drop_path", OptionKind.Number, rate, "rate of stochastic depth at the last block"
            + (fineTuned is null ? "" : $"; {fineTuned} where training starts from a checkpoint"))
        {
            Min = 0,
            Max = 0.9m,
            Beside = fineTuned is null ? null : new DefaultBeside("checkpoint", fineTuned),
        };
}
