using Postern.Models;
using Postern.Models.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// The fused selective scan at the paper's CIFAR Vim (L 65, E 512, N 16): beside the arithmetic alone, and beside two loops of
/// tensor operations; at the other Vims' sizes beside the arithmetic. A reading is of many runs
/// (<see cref="SideBySide.Steady"/>).
/// </summary>
internal static class ScanRows
{
    private const int Length = 65, Channels = 512, States = 16;

    /// <summary>
    /// Pictures of the official formulation's backward pass, which writes a gradient [B, E, L, N] for each token.
    /// </summary>
    private const int OfficialBatch = 2;

    /// <summary><c>scan-forward</c>, <c>scan-backward</c>, and both of each other Vim.</summary>
    public static IReadOnlyList<Work> Works { get; } =
    [
        new("scan-forward", Forward), new("scan-backward", Backward),
        Variant("vim-mini", batch: 128, length: 65, channels: 128), Variant("vim-tiny", batch: 16, length: 197, channels: 384),
        Variant("vim-small", batch: 8, length: 197, channels: 768),
        Variant("vim-small-stride8", batch: 2, length: 730, channels: 768), new("hidden-attention", HiddenRow),
    ];

    private static Work Variant(string model, int batch, int length, int channels) => new($"scan-{model}", scale =>
    {
        int pictures = Math.Max(1, batch / scale.Pick(1, 4));
        ScanInput input = ScanInputs.Make(pictures, length, channels, States);
        long elements = (long)pictures * length * channels * States;
        double[] s = SideBySide.Medians(scale.Rounds,
            Fused(ForwardSeconds, input, scale), Fused(BackwardSeconds, input, scale), Floor(elements, gates: true, scale));
        string size = $"batch {pictures}, L {length}, E {channels}";
        return
        [
            new ComparedRow($"scan-{model}-forward", "float32")
            {
                OursMs = 1e3 * s[0], FloorMs = 1e3 * s[2],
                    Note = FormattableString.Invariant($"{size}, {100 * s[2] / s[0]:f0} % of the ceiling"),
            },
            new ComparedRow($"scan-{model}-backward", "float32")
            {
                OursMs = 1e3 * s[1], FloorMs = 1e3 * s[2],
                    Note = FormattableString.Invariant($"{size}, {s[1] / s[0]:f2} times its forward"),
            },
        ];
    });

    private static IReadOnlyList<ComparedRow> Forward(Scale scale)
    {
        int batch = scale.Pick(32, 8);
        ScanInput input = ScanInputs.Make(batch, Length, Channels, States);
        double[] s = SideBySide.Medians(scale.Rounds, Fused(ForwardSeconds, input, scale),
            Floor(Elements(batch), gates: true, scale), Floor(Elements(batch), gates: false, scale));
        double[] slow = SideBySide.Medians(scale.Rounds, () => ForwardSeconds(SelectiveScanLoop.Apply, input),
            () => ForwardSeconds(OfficialScan.Apply, input));
        ComparedRow row = Row("scan-forward", batch, s[0], s[1], s[2]);
        return
        [
            row with { Reference = "loop", ReferenceMs = 1e3 * slow[0] },
            row with
            {
                Reference = "official", ReferenceMs = 1e3 * slow[1],
                Note = row.Note + FormattableString.Invariant($"; outputs differ by {Difference(input):g2} of the largest"),
            },
        ];
    }

    private static IReadOnlyList<ComparedRow> Backward(Scale scale)
    {
        int batch = scale.Pick(32, 8);
        ScanInput input = ScanInputs.Make(batch, Length, Channels, States),
            small = ScanInputs.Make(OfficialBatch, Length, Channels, States);
        double[] s = SideBySide.Medians(scale.Rounds,
            Fused(BackwardSeconds, input, scale), Floor(Elements(batch), gates: true, scale),
            Floor(Elements(batch), gates: false, scale), Fused(ForwardSeconds, input, scale));
        double[] slow = SideBySide.Medians(scale.Rounds, () => BackwardSeconds(SelectiveScanLoop.Apply, input),
            () => BackwardSeconds(OfficialScan.Apply, small));
        ComparedRow row = Row("scan-backward", batch, s[0], s[1], s[2]);
        row = row with
        {
            Note =
                row.Note + FormattableString.Invariant($"; {s[0] / s[3]:f2} times its forward; floor: one pass of exponentials"),
        };
        return
        [
            row with { Reference = "loop", ReferenceMs = 1e3 * slow[0] },
            row with
            {
                Reference = "official",
                ReferenceMs = 1e3 * slow[1] * batch / OfficialBatch,
                Note = row.Note + $"; reference at batch {OfficialBatch}",
            },
        ];
    }

    /// <summary>What one token reads of all others, beside a forward and a backward pass of the same scan.</summary>
    private static IReadOnlyList<ComparedRow> HiddenRow(Scale scale)
    {
        int batch = scale.Pick(32, 8);
        ScanInput input = ScanInputs.Make(batch, Length, Channels, States) with { D = null, Z = null };
        double[] s = SideBySide.Medians(scale.Rounds, SideBySide.Steady(Read, scale.Reading),
            Fused(ForwardSeconds, input, scale), Fused(BackwardSeconds, input, scale));
        return
        [
            new ComparedRow("hidden-attention", "float32")
            {
                OursMs = 1e3 * s[0],
                Reference = "both passes",
                ReferenceMs = 1e3 * (s[1] + s[2]),
                Note =
                    FormattableString.Invariant($"batch {batch}, the row of one token; {s[0] / s[2]:f2} times a backward scan"),
            },
        ];

        double Read()
        {
            using DisposeScope scope = NewDisposeScope();
            return SideBySide.Time(() => HiddenAttention.Row(input, Length / 2, ModelOps.Cpu));
        }
    }

    private static ComparedRow Row(string work, int batch, double seconds, double floor, double states) => new(work, "float32")
    {
        OursMs = 1e3 * seconds,
        FloorMs = 1e3 * floor,
        Note = FormattableString.Invariant(
            $"batch {batch}, {100 * floor / seconds:f0} % of the ceiling; {100 * states / seconds:f0} % of the states' alone, {1e-9 * Elements(batch) / states:f2} G elements/s"),
    };

    /// <summary>All exponentials and multiply-adds of the scan, or those of its states alone.</summary>
    private static Func<double> Floor(long elements, bool gates, Scale scale) =>
        SideBySide.Steady(() => ExponentialFloor.Seconds(elements, gates), scale.Reading);

    private static long Elements(int batch) => (long)batch * Length * Channels * States;

    private static Func<double> Fused(Func<Func<ScanInput, Tensor>, ScanInput, double> pass, ScanInput input, Scale scale) =>
        SideBySide.Steady(() => pass(SelectiveScanFunction.Apply, input), scale.Reading);

    private static double ForwardSeconds(Func<ScanInput, Tensor> scan, ScanInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        return SideBySide.Time(() => scan(input));
    }

    /// <summary>The backward pass alone; what the forward pass keeps for it is made before.</summary>
    private static double BackwardSeconds(Func<ScanInput, Tensor> scan, ScanInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = scan(input), gradient = ones_like(y);
        Tensor[] inputs =
            [.. new[] { input.U, input.Delta, input.A, input.B, input.C, input.D, input.Z, input.DeltaBias }.OfType<Tensor>()];
        return SideBySide.Time(() => autograd.grad([y], inputs, [gradient]));
    }

    private static double Difference(ScanInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor fused = SelectiveScanFunction.Apply(input);
        return ((OfficialScan.Apply(input) - fused).abs().max() / fused.abs().max()).item<float>();
    }
}
