namespace Postern.Studies;

/// <summary>
/// The tasks of one folder, in order: what a runner hands to one process (or to one job of a cluster), so that two never write to
/// one folder, and what a task has in memory the next need not read. Named by its place, so it can be asked for from outside.
/// </summary>
/// <param name="Place">Name of the folder.</param>
/// <param name="Cell">The cell on whose behalf they are done; of several that need a preparation, the first.</param>
/// <param name="Tasks">At least one.</param>
public sealed record TaskGroup(string Place, Cell Cell, IReadOnlyList<WorkTask> Tasks)
{
    /// <summary>Whether it learns something for an attack, and makes no result of a cell.</summary>
    public bool IsPreparation => Tasks is [PrepareTask];

    /// <summary>The tasks elsewhere that must be done before.</summary>
    public IEnumerable<WorkTask> Inputs => Tasks.SelectMany(t => t.Inputs).Where(i => i.Place != Place).DistinctBy(i => i.Id);
}
