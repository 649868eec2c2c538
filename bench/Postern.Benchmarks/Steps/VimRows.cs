using Postern.Models;
using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Benchmarks;

/// <summary>
/// <c>vim-cifar-step</c>: the paper's CIFAR Vim (patch 4, d 256, depth 12, N 16) beside its <see cref="StepFloor"/>.
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
        [("loop", 8, 2), ("official", 4, 1), ("associative", 4, 1)];

    /// <summary>The plain scans on our own libtorch, in the order of <see cref="References"/>.</summary>
    private static readonly Func<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor>[] Scans =
        [PlainScans.Loop, PlainScans.Official, PlainScans.Associative];

    /// <summary>
    /// In float32 beside the three plain scans, on our libtorch and in PyTorch; in bf16 beside ourselves in float32 and the loop.
    /// </summary>
    public static IReadOnlyList<ComparedRow> Measure(Scale scale)
    {
        int batch = scale.Pick(128, 32);
        using var float32 = new Side(Precision.Float32, batch);
        using Side? bf16 = Bfloat16.Missing is null ? new Side(Precision.BFloat16, batch) : null;
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
                .. float32.Runs, .. bf16?.Runs ?? [],
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
        ComparedRow row = float32.Row(batch, s[..Side.Parts]);
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
        ComparedRow half = bf16.Row(batch, s[Side.Parts..(2 * Side.Parts)]);
        return [.. onLibtorch, .. besides, half with { Reference = Precision.Float32.Word(), ReferenceMs = row.OursMs },
            Beside(half, $"{LibtorchModel.Name} {References[0].Scan}", besideUs[^1], plain[^1].Batch)];

        ComparedRow Beside(ComparedRow ours, string reference, double seconds, int its) => ours with
        {
            Reference = reference,
            ReferenceMs = 1e3 * seconds * batch / its,
            Note = $"{ours.Note}; reference at batch {its}",
        };
    }

    /// <summary>The model and its floor in one precision.</summary>
    private sealed class Side : IDisposable
    {
        /// <summary>How many <see cref="Runs"/> there are.</summary>
        public const int Parts = 1 + StepFloor.Parts;

        private readonly Precision precision;
        private readonly StepFloor floor;

        public Side(Precision precision, int batch)
        {
            this.precision = precision;
            Model = new StepModel("vim-cifar", Config.ImageSize, batch, precision);
            floor = new StepFloor(StepParts.Of(Config, batch, Model.Parameters), precision);
        }

        public StepModel Model { get; }

        /// <summary>A step, and its floor.</summary>
        public IReadOnlyList<Func<double>> Runs => [Model.Step, .. floor.Runs];

        /// <param name="batch">Pictures.</param>
        /// <param name="runs">Seconds of <see cref="Runs"/>.</param>
        public ComparedRow Row(int batch, double[] runs) => floor.Under(new ComparedRow(Name, precision.Word())
        {
            OursMs = 1e3 * runs[0],
            Note = FormattableString.Invariant($"batch {batch}, {batch / runs[0]:f1} img/s"),
        }, runs[1..]);

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
