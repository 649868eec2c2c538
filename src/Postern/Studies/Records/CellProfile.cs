namespace Postern.Studies;

/// <summary><c>profile.json</c>: where the wall time of a cell went, in seconds.</summary>
/// <param name="Seconds">All of it, from the opening of its data to its result.</param>
/// <param name="Images">Pictures trained on in finished epochs.</param>
/// <param name="Preparation">
/// Opening the dataset, where this cell was the first to need it, and what its attack had to learn or load.
/// </param>
/// <param name="DataWait">Training, waiting for batches.</param>
/// <param name="Forward">Training, forward passes and losses.</param>
/// <param name="Backward">Training, backward passes.</param>
/// <param name="Optimizer">Training, updates of the weights and of their running mean.</param>
/// <param name="Evaluation">Passes over the test split, its batches included.</param>
/// <param name="Checkpoint">Weights, optimiser's state and records written.</param>
/// <param name="Repair">New weights made by a defence.</param>
public sealed record CellProfile(
    double Seconds, long Images, double Preparation, double DataWait, double Forward, double Backward, double Optimizer,
    double Evaluation, double Checkpoint, double Repair = 0)
{
    /// <summary>A profile of nothing.</summary>
    public static CellProfile Empty { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>The rest: model and plan made, progress shown, an epoch that was broken off.</summary>
    public double Other => Math.Max(0, Seconds - Preparation - Training - Evaluation - Checkpoint - Repair);

    /// <summary>Pictures trained a second while training, waiting for batches included; 0 where nothing was trained.</summary>
    public double ImagesPerSecond => Training > 0 ? Images / Training : 0;

    /// <summary>The parts by name, in the order of a step; their sum is <see cref="Seconds"/>.</summary>
    public IReadOnlyList<(string Name, double Seconds)> Parts =>
    [
        ("preparation", Preparation), ("data wait", DataWait), ("forward", Forward), ("backward", Backward),
        ("optimiser", Optimizer), ("repair", Repair), ("evaluation", Evaluation), ("checkpoint", Checkpoint), ("other", Other),
    ];

    private double Training => DataWait + Forward + Backward + Optimizer;

    /// <summary>Both together: another cell's, or the parts of an interrupted one.</summary>
    public static CellProfile operator +(CellProfile a, CellProfile b) => new(
        a.Seconds + b.Seconds, a.Images + b.Images, a.Preparation + b.Preparation, a.DataWait + b.DataWait, a.Forward + b.Forward,
        a.Backward + b.Backward, a.Optimizer + b.Optimizer, a.Evaluation + b.Evaluation, a.Checkpoint + b.Checkpoint,
        a.Repair + b.Repair);
}
