namespace Postern.Studies;

/// <summary>
/// A piece of work with inputs and an output: what it needs is made by other tasks, and what it makes is records in a folder. Two
/// tasks of one id are the same work, done once.
/// </summary>
public abstract class WorkTask
{
    /// <summary>What it does and to what; unique within a graph.</summary>
    public abstract string Id { get; }

    /// <summary>
    /// The name of the folder whose records it writes. Tasks of one folder are done by one process, one after another.
    /// </summary>
    public abstract string Place { get; }

    /// <summary>The tasks whose outputs it takes; all must be done before it begins.</summary>
    public abstract IReadOnlyList<WorkTask> Inputs { get; }
}

/// <summary>
/// Learns what an attack needs before it can plant anything (a generator, an encoder, adversarial pictures). Its output lies in
/// the folder of artifacts, for all studies.
/// </summary>
/// <param name="id">Equal for attacks that learn the same.</param>
public sealed class PrepareTask(string id) : WorkTask
{
    /// <inheritdoc/>
    public override string Id => id;

    /// <inheritdoc/>
    public override string Place => id;

    /// <inheritdoc/>
    public override IReadOnlyList<WorkTask> Inputs => [];
}

/// <summary>A task whose output lies in a cell's folder.</summary>
/// <param name="cell">The cell.</param>
public abstract class CellTask(Cell cell) : WorkTask
{
    /// <summary>The cell.</summary>
    public Cell Cell { get; } = cell;

    /// <inheritdoc/>
    public override string Place => Cell.Id;
}

/// <summary>A task whose output is weights.</summary>
/// <param name="cell">The cell in whose folder they lie.</param>
public abstract class WeightsTask(Cell cell) : CellTask(cell);

/// <summary>Finds samples of the training set that a cell's own training leaves out.</summary>
/// <param name="cell">The cell whose defence it is, and in whose folder its output lies.</param>
/// <param name="trained">The model that was trained on all samples.</param>
public sealed class FilterTask(Cell cell, WeightsTask trained) : CellTask(cell)
{
    /// <inheritdoc/>
    public override string Id => $"filter {Cell.Id}";

    /// <summary>The model that was trained on all samples.</summary>
    public WeightsTask Trained => trained;

    /// <inheritdoc/>
    public override IReadOnlyList<WorkTask> Inputs { get; } = [trained];
}

/// <summary>Trains a model.</summary>
/// <param name="cell">The cell that says what, on what and how.</param>
/// <param name="preparation">What its attack has to learn; null where that is nothing.</param>
/// <param name="start">The weights that it starts from; null where the model starts as its options say.</param>
/// <param name="filter">Says whom it leaves out; null for nobody.</param>
public sealed class TrainTask(Cell cell, PrepareTask? preparation, WeightsTask? start, FilterTask? filter = null)
    : WeightsTask(cell)
{
    /// <inheritdoc/>
    public override string Id => $"train {Cell.Id}";

    /// <summary>What its attack has to learn; null where that is nothing.</summary>
    public PrepareTask? Preparation => preparation;

    /// <summary>The weights that it starts from; null where the model starts as its options say.</summary>
    public WeightsTask? Start => start;

    /// <summary>Says whom it leaves out; null for nobody.</summary>
    public FilterTask? Filter => filter;

    /// <inheritdoc/>
    public override IReadOnlyList<WorkTask> Inputs { get; } =
        [.. new WorkTask?[] { preparation, start, filter }.OfType<WorkTask>()];
}

/// <summary>Makes new weights of trained ones, as a cell's defence does.</summary>
/// <param name="cell">The cell whose defence it is, and in whose folder its output lies.</param>
/// <param name="trained">What it starts from; they stay as they are.</param>
public sealed class RepairTask(Cell cell, WeightsTask trained) : WeightsTask(cell)
{
    /// <inheritdoc/>
    public override string Id => $"repair {Cell.Id}";

    /// <summary>What it starts from.</summary>
    public WeightsTask Trained => trained;

    /// <inheritdoc/>
    public override IReadOnlyList<WorkTask> Inputs { get; } = [trained];
}

/// <summary>Measures weights: its output is a cell's result.</summary>
/// <param name="cell">The cell.</param>
/// <param name="preparation">What its attack has to learn; null where that is nothing.</param>
/// <param name="weights">What is measured.</param>
/// <param name="repair">Makes the weights that are measured beside them; null where the defence repairs nothing.</param>
/// <param name="floor">The same repair of a clean model, which is tuned again as the repaired one is; null where neither
/// is.</param>
/// <param name="calibration">Scans of clean models that this one is held against; null for none.</param>
public sealed class MeasureTask(
    Cell cell, PrepareTask? preparation, WeightsTask weights, RepairTask? repair = null, RepairTask? floor = null,
    IReadOnlyList<MeasureTask>? calibration = null)
    : CellTask(cell)
{
    /// <inheritdoc/>
    public override string Id => $"measure {Cell.Id}";

    /// <summary>What its attack has to learn; null where that is nothing.</summary>
    public PrepareTask? Preparation => preparation;

    /// <summary>What is measured.</summary>
    public WeightsTask Weights => weights;

    /// <summary>Makes the weights that are measured beside them; null where the defence repairs nothing.</summary>
    public RepairTask? Repair => repair;

    /// <summary>The same repair of a clean model, tuned again as the repaired one is; null where neither is.</summary>
    public RepairTask? Floor => floor;

    /// <summary>Scans of clean models that this one is held against; empty for none.</summary>
    public IReadOnlyList<MeasureTask> Calibration { get; } = calibration ?? [];

    /// <summary>The cell that trained the weights, where this one does not itself; otherwise null.</summary>
    public Cell? TrainedBy => Weights.Cell.Id == Cell.Id ? null : Weights.Cell;

    /// <summary>Says whom the training left out; null for nobody.</summary>
    public FilterTask? Filter => (Weights as TrainTask)?.Filter;

    /// <summary>The cell whose weights the training started from; null where there is none.</summary>
    public Cell? Pretraining => (Weights as TrainTask)?.Start?.Cell;

    /// <inheritdoc/>
    public override IReadOnlyList<WorkTask> Inputs { get; } =
        [.. new WorkTask?[] { preparation, weights, repair, floor }.OfType<WorkTask>(), .. calibration ?? []];
}
