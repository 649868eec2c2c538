using Postern.Models;
using Postern.Models.Ops;

namespace Postern.Benchmarks;

/// <summary>
/// A family's training step and its evaluation in each precision, beside the plain model on the same libtorch in the same
/// precision, and the step beside PyTorch's, which computes in float32, and its floor.
/// </summary>
/// <param name="Work">Name of the step's lines; those of the evaluation end in <c>-eval</c>.</param>
/// <param name="Model">Name in the catalogue.</param>
internal sealed record FamilyRows(string Work, string Model)
{
    private const int Side = 32;

    /// <summary>What a step of so many pictures and parameters cannot do without; null where that is not measured.</summary>
    public Func<int, long, StepParts>? Parts { get; init; }

    /// <summary>Name of the evaluation's lines.</summary>
    public string EvaluationWork => $"{Work[..^"-step".Length]}-eval";

    /// <summary>The steps.</summary>
    public IReadOnlyList<ComparedRow> Steps(Scale scale)
    {
        int batch = scale.Pick(32, 16);
        using var sides = new Sides(Model, batch);
        using var outside = new PyTorchModel(Work, "plain", batch, sides.Ours[0].Parameters);
        StepFloor[] floors = Parts is null ? []
            : [.. sides.Precisions.Select(p => new StepFloor(Parts(batch, sides.Ours[0].Parameters), p))];
        double[] s = SideBySide.Medians(scale.Rounds,
        [
            .. sides.Ours.Select(m => SideBySide.Steady(m.Step, scale.Reading)),
            .. sides.Plain.Select(m => SideBySide.Steady(m.Step, scale.Reading)),
            SideBySide.Steady(outside.Step, scale.Reading),
            .. floors.SelectMany(f => f.Runs).Select(run => SideBySide.Steady(run, scale.Reading)),
        ]);
        foreach (StepFloor floor in floors) floor.Dispose();
        if (scale.ProfilesOperations) sides.Profile(Work, ours => ours.Step, plain => plain.Step);
        int measured = 2 * sides.Ours.Count;
        ComparedRow[] rows = [.. sides.Rows(Work, batch, s)];
        foreach ((int i, StepFloor floor) in floors.Index())
            rows[i] = floor.Under(rows[i], s.AsSpan(measured + 1 + i * StepFloor.Parts, StepFloor.Parts).ToArray());
        return [rows[0], rows[0] with
        {
            Reference = "pytorch",
            ReferenceMs = ComparedRow.Milliseconds(s[measured]),
            Skipped = outside.Missing,
        }, .. rows.Skip(1)];
    }

    /// <summary>The evaluations.</summary>
    public IReadOnlyList<ComparedRow> Evaluations(Scale scale)
    {
        int batch = scale.Pick(100, 50);
        using var sides = new Sides(Model, batch);
        if (scale.ProfilesOperations) sides.Profile(EvaluationWork, ours => ours.Evaluate, plain => plain.Evaluate);
        return sides.Rows(EvaluationWork, batch, SideBySide.Medians(scale.Rounds,
        [
            .. sides.Ours.Select(m => SideBySide.Steady(m.Evaluate, scale.Reading)),
            .. sides.Plain.Select(m => SideBySide.Steady(m.Evaluate, scale.Reading)),
        ]));
    }

    /// <summary>Ours and the plain model in the precisions that this machine is worth measuring in.</summary>
    private sealed class Sides : IDisposable
    {
        public IReadOnlyList<Precision> Precisions { get; } =
            Bfloat16.Missing is null ? [Precision.Float32, Precision.BFloat16] : [Precision.Float32];

        public Sides(string model, int batch)
        {
            Ours = [.. Precisions.Select(p => new StepModel(model, Side, batch, p))];
            Plain = [.. Precisions.Select(p => new LibtorchModel(Ours[0], p, batch))];
        }

        public IReadOnlyList<StepModel> Ours { get; }

        public IReadOnlyList<LibtorchModel> Plain { get; }

        /// <summary>Prints where the time of each side goes.</summary>
        public void Profile(string work, Func<StepModel, Func<double>> ours, Func<LibtorchModel, Func<double>> plain)
        {
            foreach ((int i, Precision precision) in Precisions.Index())
            {
                Ours[i].Model.Ops = new NamedOps(ModelOps.Cpu);
                OperationTable.Print($"{work} in {precision.Word()}, ours", ours(Ours[i]));
                Ours[i].Model.Ops = null;
                OperationTable.Print($"{work} in {precision.Word()}, plain", plain(Plain[i]));
            }
        }

        /// <param name="work">What they did.</param>
        /// <param name="batch">At how many pictures.</param>
        /// <param name="seconds">Of each of ours, then of each plain one.</param>
        public IReadOnlyList<ComparedRow> Rows(string work, int batch, double[] seconds) =>
        [
            .. Precisions.Select((precision, i) => new ComparedRow(work, precision.Word())
            {
                OursMs = 1e3 * seconds[i],
                Reference = LibtorchModel.Name,
                ReferenceMs = 1e3 * seconds[Precisions.Count + i],
                Note = FormattableString.Invariant($"batch {batch}, {batch / seconds[i]:f1} img/s"),
            }),
            .. Bfloat16.Missing is string why
                ? new[] { new ComparedRow(work, Precision.BFloat16.Word()) { Skipped = why } } : [],
        ];

        public void Dispose()
        {
            foreach (IDisposable side in Ours.Concat<IDisposable>(Plain)) side.Dispose();
        }
    }
}
