using Postern.Configuration;
using Postern.Defences;
using Postern.Defences.Scans;

namespace Postern.Studies;

/// <summary>
/// Makes the cells of a study and their work, with the cells that they rest on: a clean pre-training, and the training behind a
/// defence that is used in tests only. Such a cell is an ordinary one, whether the study lists it or not.
/// </summary>
/// <param name="identity">What decides a result, as text.</param>
/// <param name="training">How cells are trained.</param>
/// <param name="pretraining">What they start from; null for nothing.</param>
/// <param name="noAttack">The clean row.</param>
/// <param name="noDefence">The undefended row.</param>
internal sealed class StudyGrid(
    CellIdentity identity, TrainingPlan training, PretrainingPlan? pretraining, StudyEntry noAttack, StudyEntry noDefence)
{
    private readonly List<MeasureTask> measures = [];
    private readonly Dictionary<string, MeasureTask> byCell = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PrepareTask> preparations = new(StringComparer.Ordinal);
    private readonly Dictionary<(Choice Attack, Choice Dataset), string> attacks = [];

    /// <summary>The seed that chooses who is poisoned in all cells; null where each cell's own does.</summary>
    public long? PoisonSeed { get; init; }

    /// <summary>The work behind all cells that were made.</summary>
    public WorkGraph Work => new(measures);

    /// <summary>The cell of <paramref name="point"/> and <paramref name="seed"/>.</summary>
    public Cell Cell(GridPoint point, long seed) =>
        Make(point, seed, training, pretraining is null ? null : Pretraining(point, pretraining)).Cell;

    private MeasureTask Pretraining(GridPoint point, PretrainingPlan plan) =>
        Make(point with { Attack = noAttack, Defence = noDefence }, plan.Seed, plan.Training, start: null).Task;

    private (Cell Cell, MeasureTask Task) Make(GridPoint point, long seed, TrainingPlan plan, MeasureTask? start)
    {
        (Choice choice, string decides) = plan.For(point.Dataset, point.Model, identity);
        // Where it is the cell's own, or nobody is poisoned, the cell is that of a study without it.
        long? poisonSeed = PoisonSeed == seed || point.Attack.Choice.Name == noAttack.Choice.Name ? null : PoisonSeed;
        var seeds = new CellSeeds(seed, poisonSeed);
        if (!attacks.TryGetValue((point.Attack.Choice, point.Dataset.Choice), out string? attack))
            attacks[(point.Attack.Choice, point.Dataset.Choice)] = attack =
                identity.OfAttack(point.Attack.Choice, point.Dataset.Choice);
        string id = CellIdentity.Id(point, attack, decides, seeds, start?.Cell.Id);
        var cell = new Cell(id, point.Dataset.Choice, point.Model.Choice, point.Attack.Choice, point.Defence.Choice, choice, seed,
            point.Labels)
        {
            PoisonSeed = poisonSeed,
            FormerIds = [.. FormerIds(point, choice, decides, seeds, start?.Cell).Distinct().Where(former => former != id)],
            Paper = point.Paper,
        };
        WeightsTask? shared = TrainedPoint(point, choice) is GridPoint part ? Make(part, seed, plan, start).Task.Weights : null;
        // Of weights that are measured as they are there is no clean twin, nor a training that could leave samples out.
        bool trains = !WeightsAsTheyAre.Are(choice);
        RepairTask? floor = trains && Retunes(point)
            ? Make(point with { Attack = noAttack }, seed, plan, start).Task.Repair : null;
        WeightsTask? inspected = trains && point.Defence.Choice.Entry is DefenceEntry { Filters: true }
            ? Make(point with { Defence = noDefence }, seed, plan, start).Task.Weights : null;
        MeasureTask[] calibration =
            trains ? [.. ScanCalibration.Seeds(point.Defence.Choice).Select(s => Make(Plain(point), s, plan, start).Task)] : [];
        return (cell, byCell.GetValueOrDefault(cell.Id) ?? Add(cell, shared, start?.Weights, floor, inspected, calibration));
    }

    /// <summary>The same scan, uncalibrated, of a clean model.</summary>
    private GridPoint Plain(GridPoint point)
    {
        Choice plain = ScanCalibration.Plain(point.Defence.Choice);
        return point with
        {
            Attack = noAttack,
            Defence = point.Defence with
            {
                Choice = plain,
                Label = $"{plain.Name} of a clean model",
                Identity = identity.Of(plain),
            },
        };
    }

    /// <summary>Whether what a repair made is tuned again, and so is a clean model that it repaired.</summary>
    private bool Retunes(GridPoint point) => point.Attack.Choice.Name != noAttack.Choice.Name
        && point.Defence.Choice.Entry is DefenceEntry { Repairs: true } entry && entry.Retunes(point.Defence.Choice);

    private MeasureTask Add(Cell cell, WeightsTask? shared, WeightsTask? start, RepairTask? floor, WeightsTask? inspected,
        IReadOnlyList<MeasureTask> calibration)
    {
        PrepareTask? preparation = Preparation.KeyOf(cell) is string key ? Prepared(key) : null;
        FilterTask? filter = inspected is null ? null : new FilterTask(cell, inspected);
        WeightsTask trained = shared ?? new TrainTask(cell, preparation, start, filter);
        RepairTask? repair = cell.Defence.Entry is DefenceEntry { Repairs: true } ? new RepairTask(cell, trained) : null;
        var task = new MeasureTask(cell, preparation, trained, repair, floor, calibration);
        measures.Add(task);
        byCell.Add(cell.Id, task);
        return task;
    }

    private PrepareTask Prepared(string key) =>
        preparations.TryGetValue(key, out PrepareTask? known) ? known : preparations[key] = new PrepareTask(key);

    /// <summary>
    /// The ids from before <c>auto</c> was resolved, the newest first: in the attack until December 2026, in the training until
    /// November.
    /// </summary>
    private IEnumerable<string> FormerIds(GridPoint point, Choice choice, string decides, CellSeeds seeds, Cell? start)
    {
        string attack = identity.OfAttackAsWritten(point.Attack.Choice);
        yield return CellIdentity.Id(point, attack, decides, seeds, start?.Id);
        yield return CellIdentity.Id(point, attack, identity.OfTrainingAsWritten(choice), seeds,
            start?.FormerIds.LastOrDefault() ?? start?.Id);
    }

    /// <summary>
    /// The point whose weights this one can take over; null where it must make its own. Weights that nothing is trained of are
    /// the same for all attacks and defences.
    /// </summary>
    private GridPoint? TrainedPoint(GridPoint point, Choice training)
    {
        if (!WeightsAsTheyAre.Are(training)) return TrainingPart(point);
        bool isPlain = point.Attack.Choice.Name == noAttack.Choice.Name && point.Defence.Choice.Name == noDefence.Choice.Name;
        return isPlain ? null : point with { Attack = noAttack, Defence = noDefence };
    }

    /// <summary>The point whose training this one can take over; null where it must train.</summary>
    private GridPoint? TrainingPart(GridPoint point)
    {
        Choice own = point.Defence.Choice, part = DefenceCatalog.TrainingPart(own);
        if (part.Canonical == own.Canonical) return null;
        if (part.Name == DefenceCatalog.None) return point with { Defence = noDefence };
        return point with
        {
            Defence = point.Defence with { Choice = part, Label = $"{part.Name} in training", Identity = identity.Of(part) },
        };
    }
}
