using Postern.Configuration;
using Postern.Native;

namespace Postern.Models;

/// <summary>Every backbone that a study can name. A new one is one file and one line here.</summary>
public static class ModelCatalog
{
    // The official scripts train Vim-s otherwise than the smaller ones, and fine-tune it without stochastic depth.
    private const string SmallVimRate = "0.001", SmallVimDecay = "0.05", SmallVimDropPath = "0.05", FineTunedDropPath = "0";

    /// <summary>The backbones, in the order of listings.</summary>
    public static Catalog<ModelEntry> All { get; } = new("model",
    [
        ResNet.Entry("resnet18", "ResNet18: Backdoor-Toolbox's form up to 64 pixels, torchvision's above", [64, 128, 256, 512]),
        ResNet.Entry("resnet18-narrow", "ResNet18 with widths 16, 32, 48, 64", [16, 32, 48, 64]),
        ResNet.Entry("resnet-mini", "ResNet18 with widths 8, 16, 24, 32, for quick work", [8, 16, 24, 32]),
        DeiT.Entry("deit", "DeiT of any size", side: 32, patch: 4, dim: 128, depth: 6, heads: 2, dropPath: "0"),
        DeiT.Entry("deit-mini", "DeiT with patch 4, width 64, depth 3, for quick work", side: 32, patch: 4, dim: 64, depth: 3,
            heads: 1, dropPath: "0"),
        DeiT.Entry("deit-cifar", "DeiT-t for CIFAR-10 and GTSRB: patch 4, width 192, depth 12", side: 32, patch: 4, dim: 192,
            depth: 12, heads: 3, dropPath: "0.1"),
        DeiT.Entry("deit-tiny", "DeiT-t for ImageNet: patch 16, width 192, depth 12", side: 224, patch: 16, dim: 192, depth: 12,
            heads: 3, dropPath: "0.1"),
        Vim.Entry("vim", "Vim of any size", side: 32, patch: 4, stride: 0, dim: 128, depth: 6, dropPath: "0"),
        Vim.Entry("vim-mini", "Vim with patch 4, width 64, depth 3, for quick work", side: 32, patch: 4, stride: 0, dim: 64,
            depth: 3, dropPath: "0"),
        Vim.Entry("vim-cifar", "the paper's Vim for CIFAR-10 and GTSRB: patch 4, width 256, depth 12", side: 32, patch: 4,
            stride: 0, dim: 256, depth: 12, dropPath: "0"),
        Vim.Entry("vim-tiny", "Vim-t for ImageNet: patch 16, width 192, depth 24", side: 224, patch: 16, stride: 0, dim: 192,
            depth: 24, dropPath: "0"),
        Vim.Entry("vim-tiny-stride8", "Vim-t fine-tuned on overlapping patches (\"Vim-tiny+\"): 729 tokens", side: 224, patch: 16,
            stride: 8, dim: 192, depth: 24, dropPath: "0"),
        Vim.Entry("vim-small", "Vim-s for ImageNet: patch 16, width 384, depth 24", side: 224, patch: 16, stride: 0,
            dim: 384, depth: 24, dropPath: SmallVimDropPath, fineTuned: FineTunedDropPath)
            with { ScratchRate = SmallVimRate, ScratchDecay = SmallVimDecay },
        Vim.Entry("vim-small-stride8", "Vim-s on overlapping patches (\"Vim-small+\"): 729 tokens", side: 224, patch: 16,
            stride: 8, dim: 384, depth: 24, dropPath: SmallVimDropPath, fineTuned: FineTunedDropPath)
            with { ScratchRate = SmallVimRate, ScratchDecay = SmallVimDecay },
        MambaOut.Entry("mambaout", "MambaOut of any size", side: 32, [1, 1, 3, 1], [32, 64, 96, 128], dropPath: "0",
            stemStride: 2),
        MambaOut.Entry("mambaout-mini", "MambaOut with widths 16 to 64 and stem stride 2, for quick work", side: 32, [1, 1, 2, 1],
            [16, 32, 48, 64], dropPath: "0", stemStride: 2),
        MambaOut.Entry("mambaout-femto", "MambaOut femto, the paper's \"MambaOut-t\" by size and accuracy (see docs/models.md)",
            side: 224, [3, 3, 9, 3], [48, 96, 192, 288], dropPath: "0.025"),
        MambaOut.Entry("mambaout-tiny", "MambaOut tiny, 26.5 M parameters", side: 224, [3, 3, 9, 3], [96, 192, 384, 576],
            dropPath: "0.2"),
    ]);

    /// <summary>Builds a backbone with the initial values of <paramref name="seed"/>.</summary>
    /// <param name="model">The entry with its options.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="imageSize">Side of the input in pixels.</param>
    /// <param name="seed">Decides the values, the same on every device.</param>
    /// <param name="device">Where the backbone lives; null for this processor.</param>
    /// <exception cref="InputException">The options do not fit together or the input size.</exception>
    public static Backbone Create(Choice model, int classes, int imageSize, long seed, ComputeDevice? device = null)
    {
        Backbone backbone = model.EntryAs<ModelEntry>().Build(model, classes, imageSize);
        backbone.Initialise(seed);
        return (device ?? ComputeDevice.Cpu).Place(backbone);
    }

    /// <summary>
    /// A backbone at its usual input and number of classes, to count its parameters; their values are not drawn.
    /// </summary>
    public static Backbone Describe(ModelEntry entry) => entry.Build(new Choice(entry), entry.UsualClasses, entry.InputSide);

    /// <summary>
    /// The backbone that weights of these shapes belong to: the entry of the right family that needs the fewest options set.
    /// </summary>
    /// <returns>The entry with its options, the number of classes and the side of the input; null where nothing fits.</returns>
    public static (Choice Model, int Classes, int ImageSize)? Recognise(WeightShapes shapes)
    {
        (Choice Model, int Classes, int ImageSize)? best = null;
        int fewest = int.MaxValue;
        foreach (ModelEntry entry in All)
        {
            if (entry.Recognise(shapes) is not WeightSizes sizes) continue;
            Dictionary<string, string> given = sizes.Options
                .Where(o => entry.Sizes.First(s => s.Name == o.Key).Default != o.Value)
                .ToDictionary(o => o.Key, o => o.Value);
            int side = sizes.ImageSize == 0 ? entry.InputSide : sizes.ImageSize;
            // Where options tie, the entry meant for that input is the better name.
            int cost = 2 * given.Count + (side == entry.InputSide ? 0 : 1);
            if (cost >= fewest) continue;
            (best, fewest) = ((new Choice(entry, given), sizes.Classes, side), cost);
        }
        return best;
    }
}
