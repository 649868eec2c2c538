using Postern.Configuration;

namespace Postern.Benchmarks;

/// <summary>Something that is compared.</summary>
/// <param name="Name">As in the <c>work</c> column and in <c>--rows</c>.</param>
/// <param name="Measure">Runs it and gives its lines.</param>
internal sealed record Work(string Name, Func<Scale, IReadOnlyList<ComparedRow>> Measure)
{
    /// <summary>Everything, in the order of the table.</summary>
    public static IReadOnlyList<Work> All { get; } =
        [.. StepRows.Works, .. ScanRows.Works, .. PoisonRows.Works, .. InputRows.Works];

    /// <summary>The works of these names, in the order of the table.</summary>
    /// <exception cref="InputException">A name that there is not.</exception>
    public static IReadOnlyList<Work> Named(IReadOnlyCollection<string> names)
    {
        string[] known = [.. All.Select(work => work.Name)];
        if (names.FirstOrDefault(name => !known.Contains(name)) is string unknown)
            throw new InputException("--rows", $"there is no row '{unknown}'{NearestName.Hint(unknown, known)}");
        return [.. All.Where(work => names.Contains(work.Name))];
    }
}
