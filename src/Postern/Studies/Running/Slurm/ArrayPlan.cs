using System.Globalization;

namespace Postern.Studies.Slurm;

/// <summary>A task of an array: the groups that it does, one after another.</summary>
/// <param name="Places">Their places (<see cref="TaskGroup.Place"/>).</param>
internal sealed record PlannedTask(IReadOnlyList<string> Places);

/// <summary>An array of tasks that wait for the same.</summary>
/// <param name="Name">Such as <c>array-1</c>.</param>
/// <param name="Tasks">Element K of the array is the K-th of these, from 1.</param>
/// <param name="Needs">
/// What must have ended before: arrays by name, their elements as <c>array-1_3</c>, jobs of earlier submissions as Slurm names
/// them.
/// </param>
internal sealed record PlannedArray(string Name, IReadOnlyList<PlannedTask> Tasks, IReadOnlyList<string> Needs);

/// <summary>
/// Turns the groups that are missing into arrays: those that need nothing at once, the others after exactly the tasks that they
/// need. Where only so many tasks may run at a time, one array runs after another, so that their limits do not add up.
/// </summary>
internal static class ArrayPlan
{
    // Shares that add up to one, but for the last place.
    private const double Full = 1 + 1e-9;

    /// <summary>The arrays, each after those that it needs.</summary>
    /// <param name="open">The groups, each after those that it needs.</param>
    /// <param name="queued">Jobs that do other groups already, by place.</param>
    /// <param name="share">How much of a task a group fills, 0 to 1.</param>
    /// <param name="inTurn">Whether one array waits for the other.</param>
    /// <param name="largest">The largest number of an element.</param>
    public static IReadOnlyList<PlannedArray> Of(IReadOnlyList<TaskGroup> open, IReadOnlyDictionary<string, string> queued,
        Func<TaskGroup, double> share, bool inTurn, int largest)
    {
        var steps = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (TaskGroup group in open)
        {
            steps[group.Place] = group.Inputs.Where(i => steps.ContainsKey(i.Place)).Select(i => steps[i.Place] + 1)
                .DefaultIfEmpty().Max();
        }
        HashSet<string> needed = [.. open.SelectMany(g => g.Inputs).Select(i => i.Place)];
        var at = new Dictionary<string, string>(queued, StringComparer.Ordinal);
        var arrays = new List<PlannedArray>();
        foreach (IGrouping<int, TaskGroup> step in open.GroupBy(g => steps[g.Place]).OrderBy(s => s.Key))
        {
            // What others wait for goes first, and what is alike lies together.
            TaskGroup[] ordered = [.. step.OrderBy(g => needed.Contains(g.Place) ? 0 : 1).ThenBy(g => g.IsPreparation ? 0 : 1)];
            foreach (IGrouping<string, TaskGroup> alike in ordered.GroupBy(g => inTurn ? "" : string.Join(':', NeedsOf(g))))
            {
                string[] needs = [.. alike.SelectMany(NeedsOf).Distinct()];
                foreach (PlannedTask[] tasks in Packed(alike, share).Chunk(largest))
                {
                    string name = string.Create(CultureInfo.InvariantCulture, $"array-{arrays.Count + 1}");
                    // In turn, the array before has all that is planned here.
                    string[] before = !inTurn ? needs
                        : [.. needs.Where(queued.Values.Contains), .. arrays.Count > 0 ? new[] { arrays[^1].Name } : []];
                    arrays.Add(new PlannedArray(name, tasks, before));
                    foreach ((int k, PlannedTask task) in tasks.Index())
                        foreach (string place in task.Places)
                            at[place] = string.Create(CultureInfo.InvariantCulture, $"{name}_{k + 1}");
                }
            }
        }
        return arrays;

        IEnumerable<string> NeedsOf(TaskGroup group) => group.Inputs.Where(i => at.ContainsKey(i.Place)).Select(i => at[i.Place])
            .Distinct().Order(StringComparer.Ordinal);
    }

    /// <summary>Neighbours of one dataset in a task until it is full.</summary>
    private static IEnumerable<PlannedTask> Packed(IEnumerable<TaskGroup> groups, Func<TaskGroup, double> share)
    {
        (var places, double filled, string dataset) = (new List<string>(), 0.0, "");
        foreach (TaskGroup group in groups)
        {
            double own = share(group);
            if (places.Count > 0 && (filled + own > Full || dataset != group.Cell.Dataset.Canonical))
            {
                yield return new PlannedTask([.. places]);
                places.Clear();
                filled = 0;
            }
            places.Add(group.Place);
            filled += own;
            dataset = group.Cell.Dataset.Canonical;
        }
        if (places.Count > 0) yield return new PlannedTask(places);
    }
}
