using Postern.Models;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// <c>vim-cifar-step</c>: the paper's CIFAR Vim (patch 4, d 256, depth 12, N 16). Its floor is the time of exactly its matrix
/// products, in the same precision, plus that of the exponentials of its scans: once forward and, as states are never stored, once
/// more backward.
/// </summary>
internal static class VimRows
{
    private const string Name = "vim-cifar-step";
    private static readonly VimConfig Config = new(ImageSize: 32, PatchSize: 4, Stride: 4, EmbedDim: 256, Depth: 12, StateSize: 16, Classes: 10);

    /// <summary>Steps before any is timed: in the first ones the heap still grows, which takes a fifth of a step and no part of training.</summary>
    private const int FirstSteps = 6;

    /// <summary>Pictures in a reference's step, full and quick. The slow ones could not hold our batch in memory, nor end soon.</summary>
    private static readonly (string Scan, int Full, int Quick)[] References = [("loop", 8, 2), ("official", 4, 1), ("associative", 4, 2)];

    /// <summary>In float32 beside the three plain scans, in bf16 beside ourselves in float32.</summary>
    public static IReadOnlyList<ComparedRow> Measure(Scale scale)
    {
        int batch = scale.Pick(128, 32);
        using var float32 = new Side(Precision.Float32, ScalarType.Float32, batch);
        using Side? bf16 = Bfloat16.Missing is null ? new Side(Precision.BFloat16, ScalarType.BFloat16, batch) : null;
        PyTorchModel[] references = [.. References.Select(r => new PyTorchModel(Name, r.Scan, scale.Pick(r.Full, r.Quick), float32.Model.Parameters))];
        for (int step = 0; step < scale.Pick(FirstSteps, 1); step++)
        {
            float32.Model.Step();
            bf16?.Model.Step();
        }
        double[] s;
        try
        {
            s = SideBySide.Medians(scale.Rounds,
                [float32.Model.Step, float32.Products.Run, () => ExponentialFloor.Seconds(Exponentials(batch)), float32.Products.RunAsConvolutions, .. references.Select(r => (Func<double>)r.Step),
                    .. bf16 is null ? Array.Empty<Func<double>>() : [bf16.Model.Step, bf16.Products.Run]]);
        }
        finally
        {
            foreach (PyTorchModel reference in references) reference.Dispose();
        }
        ComparedRow row = Row(Precision.Float32, batch, s[0], s[1], s[2]);
        row = row with { Note = row.Note + FormattableString.Invariant($"; products as 1x1 convolutions {1e3 * s[3]:f0} ms"), PeakMb = StepMemory.PeakMb(Name, batch, Precision.Float32) };
        IEnumerable<ComparedRow> besides = references.Select((reference, i) => row with
        {
            Reference = References[i].Scan,
            ReferenceMs = ComparedRow.Milliseconds(s[4 + i] * batch / reference.Batch),
            Note = $"{row.Note}; reference at batch {reference.Batch}",
            Skipped = reference.Missing,
        });
        return [.. besides, bf16 is null
            ? new ComparedRow(Name, Precision.BFloat16.Word()) { Skipped = Bfloat16.Missing }
            : Row(Precision.BFloat16, batch, s[^2], s[^1], s[2]) with
            {
                Reference = Precision.Float32.Word(),
                ReferenceMs = 1e3 * s[0],
                PeakMb = StepMemory.PeakMb(Name, batch, Precision.BFloat16),
            }];
    }

    private static ComparedRow Row(Precision precision, int batch, double step, double products, double exponentials) => new(Name, precision.Word())
    {
        OursMs = 1e3 * step,
        FloorMs = 1e3 * (products + exponentials),
        Note = FormattableString.Invariant(
            $"batch {batch}, {batch / step:f1} img/s; floor: products {1e3 * products:f0} ms ({2e-9 * MultiplyAdds(batch) / products:f0} GFLOP/s), exponentials {1e3 * exponentials:f0} ms"),
    };

    private static long MultiplyAdds(int batch) => MatrixFloor.OfVim(Config, batch).Sum(w => w.MultiplyAdds);

    private static long Exponentials(int batch) =>
        2L * 2 * Config.Depth * batch * (Config.Patches + 1) * 2 * Config.EmbedDim * Config.StateSize;

    /// <summary>The model and its products in one precision.</summary>
    private sealed class Side(Precision precision, ScalarType type, int batch) : IDisposable
    {
        public StepModel Model { get; } = new("vim-cifar", Config.ImageSize, batch, precision);

        public MatrixFloor Products { get; } = new(MatrixFloor.OfVim(Config, batch), type);

        public void Dispose()
        {
            Model.Dispose();
            Products.Dispose();
        }
    }
}
