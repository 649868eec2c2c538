using Postern.Configuration;

namespace Postern.Models;

/// <summary>A named backbone: what it is, what a study may set, how it is built.</summary>
/// <param name="Name">Name in the study file.</param>
/// <param name="Summary">One line for listings.</param>
/// <param name="Options">Its sizes.</param>
/// <param name="Build">From the resolved options, the number of classes and the side of the input.</param>
public sealed record ModelEntry(string Name, string Summary, IReadOnlyList<OptionInfo> Options, Func<Choice, int, int, Backbone> Build)
    : ICatalogEntry;

/// <summary>Every backbone that a study can name. A new one is one file and one line here.</summary>
public static class ModelCatalog
{
    /// <summary>The backbones, in the order of listings.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        ResNetEntry("resnet18", "ResNet18: Backdoor-Toolbox's form up to 64 pixels, torchvision's above", [64, 128, 256, 512]),
        ResNetEntry("resnet18-narrow", "ResNet18 with widths 16, 32, 48, 64 (264 k parameters)", [16, 32, 48, 64]),
        ResNetEntry("resnet-mini", "ResNet18 with widths 8, 16, 24, 32, for quick work", [8, 16, 24, 32]),
        VimEntry("vim", "Vim of any size", patch: 4, dim: 128, depth: 6),
        VimEntry("vim-mini", "Vim with patch 4, width 64, depth 3, for quick work", patch: 4, dim: 64, depth: 3),
        VimEntry("vim-cifar", "the paper's Vim for CIFAR-10 and GTSRB: patch 4, width 256, depth 12", patch: 4, dim: 256, depth: 12),
        VimEntry("vim-tiny", "Vim-t for ImageNet: patch 16, width 192, depth 24", patch: 16, dim: 192, depth: 24),
        VimEntry("vim-small", "Vim-s for ImageNet: patch 16, width 384, depth 24", patch: 16, dim: 384, depth: 24),
    ];

    /// <summary>Builds a backbone with the initial values of <paramref name="seed"/>.</summary>
    /// <exception cref="InputException">The options do not fit together or the input size.</exception>
    public static Backbone Create(Choice model, int classes, int imageSize, long seed)
    {
        Backbone backbone = All.First(m => m.Name == model.Name).Build(model, classes, imageSize);
        backbone.Initialise(seed);
        return backbone;
    }

    private static ModelEntry ResNetEntry(string name, string summary, int[] widths) =>
        new(name, summary, [], (_, classes, imageSize) => new ResNet(new ResNetConfig(widths, ImageNetStem: imageSize > 64, classes)));

    private static ModelEntry VimEntry(string name, string summary, int patch, int dim, int depth) => new(name, summary,
    [
        Size("patch_size", patch, "side of a patch in pixels"),
        Size("stride", 0, "distance between patches in pixels; 0 for the patch size", min: 0),
        Size("embed_dim", dim, "width of a token"),
        Size("depth", depth, "number of blocks"),
        Size("state_size", 16, "state size N of the SSM"),
        new("drop_path", OptionKind.Number, "0", "rate of stochastic depth at the last block") { Min = 0, Max = 0.9m },
    ], (choice, classes, imageSize) =>
    {
        int patchSize = choice.Integer("patch_size"), stride = choice.Integer("stride") is > 0 and int s ? s : patchSize;
        if (patchSize > imageSize) throw choice.Error($"patch_size {patchSize} is larger than the {imageSize}-pixel input");
        return new Vim(new VimConfig(imageSize, patchSize, stride, choice.Integer("embed_dim"), choice.Integer("depth"),
            choice.Integer("state_size"), classes, (double)choice.Number("drop_path")));
    });

    private static OptionInfo Size(string name, int value, string meaning, int min = 1) =>
        new(name, OptionKind.Integer, value.ToString(System.Globalization.CultureInfo.InvariantCulture), meaning) { Min = min, Max = 4096 };
}
