using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences;
using Postern.Evaluation;
using Postern.Training.Recipes;

namespace Postern.Studies;

/// <summary>
/// What the rest of a study will cost on this machine: pictures to train on and to test, hours, disk. Decoding and augmentation
/// are taken to be hidden behind training; what learned attacks need first and what probes look
/// at afterwards are named and not counted.
/// </summary>
/// <param name="Trainings">Cells that are still to be trained, needed ones included.</param>
/// <param name="Tests">Cells that only test the weights of another.</param>
/// <param name="Pictures">Training pictures over all epochs.</param>
/// <param name="Seconds">Training and evaluation.</param>
/// <param name="Bytes">
/// Disk at most: weights and records of the cells, and of the one that runs the optimiser's moments and the checkpoint before,
/// which stays until the next is written.
/// </param>
/// <param name="Prepared">Learned attacks among them, whose preparation is not counted.</param>
/// <param name="ByModel">What a picture costs each model, by label and input size.</param>
public sealed record StudyCost(
    int Trainings, int Tests, long Pictures, double Seconds, long Bytes, IReadOnlyList<string> Prepared,
    IReadOnlyDictionary<string, StepCost> ByModel)
{
    /// <summary>Probes that the study asks for, whose passes are not counted; how many networks they look into.</summary>
    public (IReadOnlyList<string> Names, int Networks) Probed { get; init; } = ([], 0);

    /// <summary>What is guessed about datasets, a sentence each.</summary>
    public IReadOnlyList<string> Guesses { get; init; } = [];

    private const long RecordBytes = 100_000;
    private const int BytesPerParameter = 4, Moments = 2, Weights = 1, Checkpoints = 3;

    /// <summary>The cost of those cells of <paramref name="run"/> that are not done.</summary>
    /// <param name="run">The study and where its results are.</param>
    /// <param name="measure">Measures a model for a dataset; asked once for each pair.</param>
    public static StudyCost Of(RunFolder run, Func<Cell, DatasetScale, StepCost> measure)
    {
        var costs = new Dictionary<string, StepCost>(StringComparer.Ordinal);
        (int trainings, int tests, long pictures, double seconds, long bytes, long largest) = (0, 0, 0, 0, 0, 0);
        var guesses = new SortedSet<string>(StringComparer.Ordinal);
        MeasureTask[] open = [.. run.Study.Work.Measures.Where(m => !run.IsDone(m))];
        foreach (MeasureTask task in open)
        {
            Cell cell = task.Cell;
            DatasetScale scale = DatasetCatalog.Counted(cell.Dataset);
            if (scale.Guess is string guess)
                guesses.Add(
                    FormattableString.Invariant($"{cell.DatasetLabel}: {guess} ({scale.Train} and {scale.Test} pictures)"));
            string model = FormattableString.Invariant($"{cell.ModelLabel} at {scale.InputSize}x{scale.InputSize}");
            if (!costs.TryGetValue(model, out StepCost? cost)) costs[model] = cost = measure(cell, scale);
            if (!run.Of(cell).IsDone) seconds += TestPasses(task) * (double)scale.Test * cost.TestSeconds;
            // A step of the descent costs what a step of training does, and one batch more classifies what it moved.
            if (run.AdversarialOf(cell) is Choice asked)
            {
                int moved = asked.Integer("pictures") is > 0 and int some ? Math.Min(some, scale.Test) : scale.Test;
                seconds += (double)AdversarialBall.All.Count * moved
                    * (asked.Integer("steps") * cost.TrainSeconds + cost.TestSeconds);
            }
            bytes += RecordBytes;
            if (run.Of(cell).IsDone)
            {
                tests++;
                continue;
            }
            if (task.TrainedBy is not null)
            {
                tests++;
                continue;
            }
            long trained = (long)scale.Train * cell.Training.Integer("epochs");
            trainings++;
            pictures += trained;
            seconds += trained * cost.TrainSeconds;
            bool isAveraged = TrainingOptions.Settings(cell.Training).EmaDecay > 0;
            bytes += cost.Parameters * BytesPerParameter * (Weights + (isAveraged ? 1 : 0));
            largest = Math.Max(largest, cost.Parameters);
        }
        string[] prepared = [.. open.Where(m => m.Preparation is not null).Select(m => m.Cell.Attack.Name).Distinct()];
        IReadOnlyList<Choice>[] probes = [.. open.Select(m => run.ProbesOf(m.Cell)).Where(p => p.Count > 0)];
        // The newest, the one before, and the one that is being written; one set of weights is counted with its cell.
        bytes += largest * BytesPerParameter * (Checkpoints * (Weights + Moments) - Weights);
        return new StudyCost(trainings, tests, pictures, seconds, bytes, prepared, costs)
        {
            Guesses = [.. guesses],
            Probed = ([.. probes.SelectMany(p => p).Select(p => p.Name).Distinct()], probes.Length),
        };
    }

    /// <summary>Passes over the test split, a triggered one counted as a whole.</summary>
    private static int TestPasses(MeasureTask task)
    {
        Cell cell = task.Cell;
        int splits = cell.Attack.Name == "none" ? 1 : 2;
        if (task.TrainedBy is not null) return splits * (1 + DefenceCatalog.ExtraTestPasses(cell.Defence));
        int epochs = cell.Training.Integer("epochs"), every = cell.Training.Integer("eval_every");
        return splits * (every > 0 ? (epochs + every - 1) / every : 1);
    }
}
