using Postern.Defences;
using Postern.Evaluation;
using Postern.Reports.Tables;
using Postern.Studies;

namespace Postern.Reports.SideBySide;

/// <summary>What two studies, or two folders of results, measured for the same dataset, model, attack and defence.</summary>
/// <param name="Before">The first side.</param>
/// <param name="After">The second side.</param>
/// <param name="Rows">What both have, in the order of the first.</param>
/// <param name="OnlyBefore">Names of what the second has not.</param>
/// <param name="OnlyAfter">Names of what the first has not.</param>
public sealed record RunComparison(
    ComparedRuns Before, ComparedRuns After, IReadOnlyList<ComparedRow> Rows, IReadOnlyList<string> OnlyBefore,
    IReadOnlyList<string> OnlyAfter)
{
    /// <summary>What <c>¹</c> means.</summary>
    public const string SingleSeedNote =
        "¹ one seed on a side: the interval knows the chance of the test pictures, and not how trainings differ.";

    /// <summary>The options in which rows differ, or both sides of one.</summary>
    internal OptionColumns Options { get; } =
        OptionColumns.Of(Rows.SelectMany(r => new[] { r.Settings.Before, r.Settings.After }));

    /// <summary>What stands in their columns: the value, or <c>0.01 → 0.05</c> where the sides differ.</summary>
    public IReadOnlyList<string> OptionsOf(ComparedRow row) =>
    [
        .. Options.Of(row.Settings.Before).Zip(Options.Of(row.Settings.After))
            .Select(o => o.First == o.Second ? o.First : $"{o.First} → {o.Second}"),
    ];

    /// <summary>Settings that differ alike in every row.</summary>
    public IReadOnlyList<string> CommonChanges { get; } = Rows.Count == 0
        ? []
        : [.. Rows.Skip(1).Aggregate(Rows[0].Changes.AsEnumerable(), (common, row) => common.Intersect(row.Changes))];

    /// <summary>How many of the differences are outside the spread, and how many there are.</summary>
    public (int Outside, int Measured) Count
    {
        get
        {
            ShareDifference[] all = [.. Rows.SelectMany(r => new[] { r.Acc, r.Asr }).Where(d => d.Difference is not null)];
            return (all.Count(d => d.IsOutside), all.Length);
        }
    }

    /// <summary>
    /// Compares them. Cells of a side that differ in their seed only make a row, and never others, whatever they are called; rows
    /// belong together where they share a cell's id (a label may have changed), else where all labels are equal, those first that
    /// differ in the fewest settings.
    /// </summary>
    public static RunComparison Of(ComparedRuns before, ComparedRuns after)
    {
        IReadOnlyList<ComparedCell[]> left = Groups(before), right = Groups(after);
        var open = right.ToList();
        var pairs = new Dictionary<ComparedCell[], ComparedCell[]>();
        foreach (ComparedCell[] group in left)
        {
            if (open.Find(other => ShareId(group, other)) is not ComparedCell[] match) continue;
            pairs[group] = match;
            open.Remove(match);
        }
        foreach ((ComparedCell[] group, ComparedCell[] other) in
            from g in left
            where !pairs.ContainsKey(g)
            from o in open.ToArray()
            where g[0].Labels == o[0].Labels
            orderby g[0].ChangesTo(o[0]).Count()
            select (g, o))
        {
            if (pairs.ContainsKey(group) || !open.Remove(other)) continue;
            pairs[group] = other;
        }
        string NameOf(ComparedCell[] group) => Name(group, left.Contains(group) ? left : right);
        return new RunComparison(before, after,
            [.. left.Where(pairs.ContainsKey).Select(g => Row(g, NameOf(g), pairs[g], NameOf(pairs[g])))],
            [.. left.Where(g => !pairs.ContainsKey(g)).Select(NameOf)], [.. open.Select(NameOf)]);
    }

    /// <summary>The cells that differ in their seed only. One that has not begun is of the first that is set alike.</summary>
    private static IReadOnlyList<ComparedCell[]> Groups(ComparedRuns runs)
    {
        return [.. runs.Cells.Where(IsMeasured).GroupBy(c => (c.Labels, c.SettingText)).SelectMany(OfOnePictures)];

        // A detector has nothing to find where nothing is attacked.
        static bool IsMeasured(ComparedCell cell) => !cell.OnlyDetects || cell.Result is null || cell.Auroc is not null;

        static IEnumerable<ComparedCell[]> OfOnePictures(IEnumerable<ComparedCell> alike)
        {
            string? first = alike.Select(c => c.Pictures).FirstOrDefault(p => p is not null);
            return alike.GroupBy(c => c.Pictures ?? first).Select(g => g.ToArray());
        }
    }

    private static bool ShareId(ComparedCell[] group, ComparedCell[] other) => group.Any(c => other.Any(o => o.Id == c.Id));

    private static ComparedRow Row(ComparedCell[] before, string name, ComparedCell[] after, string renamed)
    {
        // Like is compared with like: cells of the same seed where there are such.
        ComparedCell first = before.FirstOrDefault(b => after.Any(a => a.Seed == b.Seed)) ?? before[0];
        ComparedCell other = after.FirstOrDefault(a => a.Seed == first.Seed) ?? after[0];
        List<string> changes = [.. first.ChangesTo(other)];
        if (before[0].Labels != after[0].Labels) changes.Insert(0, $"called {renamed}");
        return new ComparedRow(name, Difference(before, after, c => c.Acc), Difference(before, after, c => c.Asr), changes)
        {
            Settings = (before[0].Settings, after[0].Settings),
            Auroc = (Scores(before), Scores(after)),
            Detects = first.OnlyDetects,
        };

        static SeedScores? Scores(ComparedCell[] cells) => SeedScores.Of(cells.Select(c => c.Auroc).OfType<double>());
    }

    private static ShareDifference Difference(ComparedCell[] before, ComparedCell[] after, Func<ComparedCell, Proportion?> of)
    {
        return new ShareDifference(Over(before), Over(after));

        Measure? Over(ComparedCell[] cells) =>
            Measure.Of(from cell in cells where of(cell) is not null select new SeedShare(cell.Seed, of(cell)!.Value));
    }

    /// <summary>Its labels, and of several of the same labels on a side the settings that tell it from them.</summary>
    private static string Name(ComparedCell[] group, IReadOnlyList<ComparedCell[]> side)
    {
        CellNames n = group[0].Labels;
        ComparedCell[] namesakes = [.. side.Where(g => g[0].Labels == n).Select(g => g[0])];
        string set = string.Join(", ", ComparedCell.Differing(namesakes).Select(key => $"{key} {group[0].ValueOf(key)}"));
        return CellGroup.Names(n.Dataset, n.Model, n.Attack, n.Defence == DefenceCatalog.None ? "" : n.Defence)
            + (set.Length > 0 ? $" ({set})" : "");
    }
}

/// <summary>A dataset, model, attack and defence on both sides.</summary>
/// <param name="Name">Its labels.</param>
/// <param name="Acc">ACC.</param>
/// <param name="Asr">ASR.</param>
/// <param name="Changes">What is set otherwise on the second side.</param>
public sealed record ComparedRow(string Name, ShareDifference Acc, ShareDifference Asr, IReadOnlyList<string> Changes)
{
    /// <summary>Everything that was set or recorded on both sides, by <c>part.option</c>.</summary>
    public required (IReadOnlyDictionary<string, string> Before,
        IReadOnlyDictionary<string, string> After) Settings
    { get; init; }

    /// <summary>Whether it is a detector's, which has an AUROC and neither ACC nor ASR of its own.</summary>
    public bool Detects { get; init; }

    /// <summary>AUROC of the row's detector on both sides; null where it has none, or nothing was measured.</summary>
    public (SeedScores? Before, SeedScores? After) Auroc { get; init; }

    /// <summary>After - before, of the means; null unless both sides are measured.</summary>
    public double? AurocDifference => Auroc is (SeedScores before, SeedScores after) ? after.Mean - before.Mean : null;
}
