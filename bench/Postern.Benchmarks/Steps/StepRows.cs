using Postern.Models;

namespace Postern.Benchmarks;

/// <summary>Training steps: forward, backward and AdamW of a batch of 32x32 pictures.</summary>
internal static class StepRows
{
    /// <summary>The paper's CIFAR Vim, the other families, and Vim-tiny at 224 for its memory.</summary>
    public static IReadOnlyList<Work> Works { get; } =
    [
        new("vim-cifar-step", VimRows.Measure),
        new("vim-controls", ControlRows.Measure),
        new("vim-tiny-224-step", scale => [StepMemory.Row("vim-tiny-224-step", scale)]),
        new("deit-d192-step", scale => Family("deit-d192-step", "deit-cifar", scale)),
        new("mambaout-femto-step", scale => Family("mambaout-femto-step", "mambaout-femto", scale)),
        new("mambaout-tiny-step", scale => Family("mambaout-tiny-step", "mambaout-tiny", scale)),
        new("resnet18-step", scale => Family("resnet18-step", "resnet18", scale)),
    ];

    /// <summary>A model in each precision beside the same one in PyTorch, which computes in float32.</summary>
    private static IReadOnlyList<ComparedRow> Family(string work, string model, Scale scale)
    {
        int batch = scale.Pick(32, 16);
        using var float32 = new StepModel(model, 32, batch, Precision.Float32);
        using StepModel? bf16 = Bfloat16.Missing is null ? new StepModel(model, 32, batch, Precision.BFloat16) : null;
        using var reference = new PyTorchModel(work, "plain", batch, float32.Parameters);
        double[] s = SideBySide.Medians(scale.Rounds, SideBySide.Steady(float32.Step, scale.Reading),
            SideBySide.Steady(() => bf16?.Step() ?? double.PositiveInfinity, scale.Reading),
            SideBySide.Steady(reference.Step, scale.Reading));
        return [Row(Precision.Float32, s[0]), bf16 is null
            ? new ComparedRow(work, Precision.BFloat16.Word()) { Skipped = Bfloat16.Missing } : Row(Precision.BFloat16, s[1])];

        ComparedRow Row(Precision precision, double seconds) => new(work, precision.Word())
        {
            OursMs = 1e3 * seconds,
            Reference = "pytorch",
            ReferenceMs = ComparedRow.Milliseconds(s[2]),
            Note = FormattableString.Invariant($"batch {batch}, {batch / seconds:f1} img/s"),
            Skipped = reference.Missing,
        };
    }
}
