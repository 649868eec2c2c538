using Postern.Models;
using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// <c>vim-cifar-step</c>: the paper's CIFAR Vim (patch 4, d 256, depth 12, N 16). Its floor is the time of exactly its matrix
/// products, in the same precision and by the faster of libtorch's two routes, plus that of the exponentials of its scans: once
/// forward and, as states are never stored, once more backward.
/// </summary>
internal static class VimRows
{
    private const string Name = "vim-cifar-step";
    private static readonly VimConfig Config =
        new(ImageSize: 32, PatchSize: 4, Stride: 4, EmbedDim: 256, Depth: 12, StateSize: 16, Classes: 10);

    /// <summary>
    /// Steps before any is timed: in the first ones the heap still grows, which takes a fifth of a step and no part of training.
    /// </summary>
    private const int FirstSteps = 6;

    /// <summary>
    /// Pictures in a reference's step, full and quick. The slow ones could not hold our batch in memory, nor end soon.
    /// </summary>
    private static readonly (string Scan, int Full, int Quick)[] References =
        [("loop", 8, 2), ("official", 4, 1), ("associative", 4, 2)];

    /// <summary>The plain scans on our own libtorch, in the order of <see cref="References"/>.</summary>
    private static readonly Func<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor>[] Scans =
        [PlainScans.Loop, PlainScans.Official, PlainScans.Associative];

    /// <summary>
    /// In float32 beside the three plain scans, on our libtorch and in PyTorch; in bf16 beside ourselves in float32 and the loop.
    /// </summary>
    public static IReadOnlyList<ComparedRow> Measure(Scale scale)
    {
        int batch = scale.Pick(128, 32);
        using var float32 = new Side(Precision.Float32, ScalarType.Float32, batch);
        using Side? bf16 = Bfloat16.Missing is null ? new Side(Precision.BFloat16, ScalarType.BFloat16, batch) : null;
        PyTorchModel[] references =
            [.. References.Select(r => new PyTorchModel(Name, r.Scan, scale.Pick(r.Full, r.Quick), float32.Model.Parameters))];
        LibtorchModel[] plain =
        [
            .. References.Select((r, i) =>
                new LibtorchModel(float32.Model, Precision.Float32, scale.Pick(r.Full, r.Quick), Scans[i])),
            .. bf16 is null ? Array.Empty<LibtorchModel>()
                : [new LibtorchModel(float32.Model, Precision.BFloat16, scale.Pick(References[0].Full, References[0].Quick))],
        ];
        for (int step = 0; step < scale.Pick(FirstSteps, 1); step++)
        {
            float32.Model.Step();
            bf16?.Model.Step();
        }
        double[] s;
        try
        {
            s = SideBySide.Medians(scale.Rounds,
            [
                () => ExponentialFloor.Seconds(Exponentials(batch)), .. float32.Runs, .. bf16?.Runs ?? [],
                .. plain.Select(r => (Func<double>)r.Step), .. references.Select(r => (Func<double>)r.Step),
            ]);
        }
        finally
        {
            foreach (IDisposable reference in references.Concat<IDisposable>(plain)) reference.Dispose();
        }
        if (scale.ProfilesOperations)
        {
            foreach (Side side in new[] { float32, bf16 }.OfType<Side>()) side.Profile();
        }
        double[] besideUs = s[^(plain.Length + references.Length)..^references.Length];
        ComparedRow row = Row(Precision.Float32, batch, s[0], s[1..4]) with
        {
            PeakMb = StepMemory.PeakMb(Name, batch, Precision.Float32),
        };
        IEnumerable<ComparedRow> onLibtorch = References.Select((reference, i) =>
            Beside(row, $"{LibtorchModel.Name} {reference.Scan}", besideUs[i], plain[i].Batch));
        IEnumerable<ComparedRow> besides = references.Select((reference, i) => row with
        {
            Reference = $"pytorch {References[i].Scan}",
            ReferenceMs = ComparedRow.Milliseconds(s[^(references.Length - i)] * batch / reference.Batch),
            Note = $"{row.Note}; reference at batch {reference.Batch}",
            Skipped = reference.Missing,
        });
        if (bf16 is null)
            return [.. onLibtorch, .. besides, new ComparedRow(Name, Precision.BFloat16.Word()) { Skipped = Bfloat16.Missing }];
        ComparedRow half = Row(Precision.BFloat16, batch, s[0], s[4..7]) with
        {
            PeakMb = StepMemory.PeakMb(Name, batch, Precision.BFloat16),
        };
        return [.. onLibtorch, .. besides, half with { Reference = Precision.Float32.Word(), ReferenceMs = row.OursMs },
            Beside(half, $"{LibtorchModel.Name} {References[0].Scan}", besideUs[^1], plain[^1].Batch)];

        ComparedRow Beside(ComparedRow ours, string reference, double seconds, int its) => ours with
        {
            Reference = reference,
            ReferenceMs = 1e3 * seconds * batch / its,
            Note = $"{ours.Note}; reference at batch {its}",
        };
    }

    /// <param name="precision">Of the step and its products.</param>
    /// <param name="batch">Pictures.</param>
    /// <param name="exponentials">Seconds of the scans' exponentials.</param>
    /// <param name="runs">Seconds of <see cref="Side.Runs"/>.</param>
    private static ComparedRow Row(Precision precision, int batch, double exponentials, double[] runs)
    {
        (double step, double products, double convolutions) = (runs[0], runs[1], runs[2]);
        double faster = Math.Min(products, convolutions);
        (string route, string other) =
            products <= convolutions ? ("matrix products", "1x1 convolutions") : ("1x1 convolutions", "matrix products");
        return new ComparedRow(Name, precision.Word())
        {
            OursMs = 1e3 * step,
            FloorMs = 1e3 * (faster + exponentials),
            Note = FormattableString.Invariant(
                $"batch {batch}, {batch / step:f1} img/s; floor: products {1e3 * faster:f0} ms as {route} ")
                + FormattableString.Invariant($"({2e-9 * MultiplyAdds(batch) / faster:f0} GFLOP/s; as {other} ")
                + FormattableString.Invariant(
                    $"{1e3 * Math.Max(products, convolutions):f0} ms), exponentials {1e3 * exponentials:f0} ms"),
        };
    }

    private static long MultiplyAdds(int batch) => MatrixFloor.OfVim(Config, batch).Sum(w => w.MultiplyAdds);

    private static long Exponentials(int batch) =>
        2L * 2 * Config.Depth * batch * (Config.Patches + 1) * 2 * Config.EmbedDim * Config.StateSize;

    /// <summary>The model and its products in one precision.</summary>
    private sealed class Side(Precision precision, ScalarType type, int batch) : IDisposable
    {
        public StepModel Model { get; } = new("vim-cifar", Config.ImageSize, batch, precision);

        private readonly MatrixFloor floor = new(MatrixFloor.OfVim(Config, batch), type);

        /// <summary>A step, its products as matrix products, and the same as 1x1 convolutions.</summary>
        public IReadOnlyList<Func<double>> Runs => [Model.Step, floor.RunAsProducts, floor.RunAsConvolutions];

        /// <summary>Prints where the time of a step goes.</summary>
        public void Profile()
        {
            var vim = (Vim)Model.Model;
            vim.Ops = new NamedOps(ModelOps.Cpu);
            OperationTable.Print($"{Name} in {precision.Word()}", Model.Step);
            vim.Ops = null;
        }

        public void Dispose()
        {
            Model.Dispose();
            floor.Dispose();
        }
    }
}
