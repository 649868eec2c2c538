using Postern.Models;

namespace Postern.Benchmarks;

/// <summary>Training steps, forward, backward and AdamW of a batch of 32x32 pictures, and their evaluation.</summary>
internal static class StepRows
{
    private static readonly FamilyRows[] Families =
    [
        new("deit-d192-step", "deit-cifar")
        {
            Parts = (batch, parameters) => StepParts.Of(
                new DeiTConfig(ImageSize: 32, PatchSize: 4, EmbedDim: 192, Depth: 12, Heads: 3, Classes: 10), batch, parameters),
        },
        new("mambaout-femto-step", "mambaout-femto"),
        new("mambaout-tiny-step", "mambaout-tiny"), new("resnet18-step", "resnet18"),
    ];

    /// <summary>The paper's CIFAR Vim and the other families, and what their steps take of memory.</summary>
    public static IReadOnlyList<Work> Works { get; } =
    [
        new("vim-cifar-step", VimRows.Measure),
        new("vim-controls", ControlRows.Measure),
        .. Families.Select(f => new Work(f.Work, f.Steps)),
        .. Families.Select(f => new Work(f.EvaluationWork, f.Evaluations)),
        .. StepMemory.Works,
    ];
}
