using Postern.Native;

namespace Postern.Studies.Slurm;

/// <summary>
/// How much of a task a group of a study's tasks fills: small cells go several to one, because the start of a job costs seconds
/// and a place in the queue.
/// </summary>
internal sealed class TaskShare
{
    // About ten minutes of one core.
    private const double Task = 3e12;

    // A pass forward and one backward, which costs two; evaluations along the way.
    private const double Training = 3, Tests = 4;

    private readonly Dictionary<string, long> multiplyAdds = new(StringComparer.Ordinal);
    private readonly int? pack;

    /// <param name="pack">Cells of a task; null where their size decides.</param>
    public TaskShare(int? pack) => this.pack = pack;

    /// <summary>
    /// The share of a group, above 0 and up to 1. What an attack learns, what a defence does to weights, and accuracy under PGD
    /// are not estimated: they have a task of their own.
    /// </summary>
    public double Of(RunFolder run, TaskGroup group)
    {
        if (group.IsPreparation) return 1;
        if (pack is int cells) return 1.0 / cells;
        if (group.Tasks.Any(t => t is not (TrainTask or MeasureTask)) || run.AdversarialOf(group.Cell) is not null
            || group.Cell.OnlyScans || group.Cell.OnlyDetects) return 1;
        return Math.Clamp(Work(group) / Task, double.Epsilon, 1);
    }

    private double Work(TaskGroup group)
    {
        string key = $"{group.Cell.Model.Canonical}\n{group.Cell.Dataset.Canonical}";
        TorchRuntime.Load();
        if (!multiplyAdds.TryGetValue(key, out long each)) multiplyAdds[key] = each = CellWork.MultiplyAdds(group.Cell);
        return each * CellWork.Pictures(group, Training, Tests);
    }
}
