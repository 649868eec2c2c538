using Postern.Reports.Tables;

namespace Postern.Reports.Paper;

/// <summary>
/// Checks claims against a study's records. A side is the mean over its cells within each seed, then over seeds; a difference is
/// Welch's, with its 95% interval (<see cref="Estimate"/>). Cells are taken as independent, though they share test pictures.
/// </summary>
/// <param name="Cells">The study's cells with their records.</param>
/// <param name="Published">What the paper prints, for the difference of its own numbers.</param>
/// <param name="Sweeps">Which cells are meant where a claim names no setting.</param>
/// <param name="Settings">How cells differ from the paper's.</param>
internal sealed record ClaimEvaluation(
    IReadOnlyList<CellReport> Cells, PublishedValues Published, Sweeps Sweeps, PaperSettings Settings)
{
    private readonly Dictionary<Measured, IReadOnlyList<ClaimCells>> measured = [];

    /// <summary>A mean of a comparison: its sign in left - right and the cells it selects.</summary>
    private sealed record Term(int Sign, CellSelector Selector, Measured Measured, List<ClaimCells> Cells);

    /// <summary>
    /// Every claim of which one comparison at least names, on all sides, cells that the study has; one about accuracy under PGD
    /// or about what probes find only where the study has that measured.
    /// </summary>
    public IReadOnlyList<ClaimResult> Results =>
    [
        .. from claim in Published.Claims.Index()
           where claim.Item.Comparisons.All(IsAsked)
           where claim.Item.Comparisons.Any(c => TermsOf(c).All(t => t.Cells.Count > 0))
           select new ClaimResult(claim.Item, claim.Index + 1, [.. claim.Item.Comparisons.Select(Of)]),
    ];

    private bool IsAsked(Comparison comparison) => comparison.Measure switch
    {
        ComparedMeasure.Adversarial => Cells.Any(c => c.Adversarial is not null),
        ComparedMeasure.Probe => Cells.Any(c => c.Findings.Records.Count > 0),
        _ => true,
    };

    private Term[] TermsOf(Comparison comparison)
    {
        return [.. comparison.Terms.Select(Of)];

        Term Of((int Sign, CellSelector Cells) t)
        {
            var what = new Measured(comparison.Measure, comparison.Probe, t.Cells.Number);
            if (!measured.TryGetValue(what, out IReadOnlyList<ClaimCells>? all))
                measured[what] = all = ClaimCells.Of(Cells, what, Sweeps);
            return new Term(t.Sign, t.Cells, what,
                [.. all.Where(c => t.Cells.Matches(c.Names, c.Attack) && (c.IsMeant || t.Cells.NamesSetting))]);
        }
    }

    private ComparisonResult Of(Comparison comparison)
    {
        Term[] terms = TermsOf(comparison);
        var pairing = new CellPairing([.. terms.Select(t => t.Selector)]);
        List<string> missing = [.. terms.SelectMany(Absent).Distinct()];
        missing.AddRange(terms.SelectMany(t => t.Cells.Where(c => c.Seeds.Count == 0)
            .Select(c => $"{c.Label}: {t.Measured.Absence(c.Reports)}")).Distinct());
        foreach (Term term in terms) term.Cells.RemoveAll(c => c.Seeds.Count == 0);
        if (terms.All(t => t.Cells.Count > 0)) missing.AddRange(Pair(terms, pairing));
        double? published = PublishedDifference.Of(comparison, Published,
            [.. Cells.Select(c => c.Cell.Paper.Dataset).Distinct()]);
        if (terms.Any(t => t.Cells.Count == 0)) return new ComparisonResult(comparison, Verdict.NotMeasured, null, null, null,
            published, [], missing, []);

        (int Sign, Estimate Mean)[] means = [.. terms.Select(t => (t.Sign, Mean(t, pairing)))];
        Estimate sum = Estimate.Sum(means);
        double left = (double)comparison.Left.Constant, right = (double)comparison.Right.Constant;
        for (int i = 0, ofLeft = comparison.Left.Minus is null ? 1 : 2; i < means.Length; i++)
        {
            if (i < ofLeft) left += means[i].Sign * means[i].Mean.Value;
            else right -= means[i].Sign * means[i].Mean.Value;
        }
        Estimate difference = sum with { Value = left - right };
        UsedCells[] used =
            [.. terms.SelectMany(t => t.Cells.Select(c => new UsedCells(c.Label, Complete(t.Cells).Count))).Distinct()];
        // What is said of a mean over ten attacks is not to be judged by one of them.
        Verdict verdict = missing.Count > 0 ? Verdict.Undecided
            : ComparisonResult.Judge(comparison.Relation, (double)comparison.Margin, difference);
        string[] differences = [.. terms.SelectMany(t => t.Cells.SelectMany(c => c.Reports)
            .SelectMany(r => Settings.Of(r, t.Selector.NamesSetting))).Distinct()];
        return new ComparisonResult(comparison, verdict, left, right, difference, published, used, missing, differences);
    }

    /// <summary>The names that a mean lists and no cell of the study has in its place.</summary>
    private static IEnumerable<string> Absent(Term term) => term.Cells.Count == 0 ? [$"{term.Selector}: not in the study"]
        : term.Selector.Listed.Where(l => !term.Cells.Exists(c => PublishedValues.Same(l.Of(c.Names), l.Name)))
            .Select(l => $"{l.Name}: not in the study");

    /// <summary>
    /// Removes the cells that have no counterpart in every mean, and those without which more seeds are complete than none; says
    /// which.
    /// </summary>
    private static IEnumerable<string> Pair(Term[] terms, CellPairing pairing)
    {
        PairKey Key(ClaimCells cells) => pairing.Key(cells.Names, cells.Attack);
        while (true)
        {
            IReadOnlyList<PairKey> common = CellPairing.Common(terms.Select(t => t.Cells.Select(Key)));
            foreach (Term term in terms)
            {
                foreach (ClaimCells alone in term.Cells.Where(c => !common.Contains(Key(c))).ToArray())
                {
                    term.Cells.Remove(alone);
                    yield return $"{alone.Label}: no counterpart is done";
                }
            }
            Term? torn = terms.FirstOrDefault(t => t.Cells.Count > 0 && Complete(t.Cells).Count == 0);
            if (torn is null) yield break;
            ClaimCells least = torn.Cells.MinBy(c => c.Seeds.Count)!;
            torn.Cells.Remove(least);
            yield return $"{least.Label}: shares no seed with the others";
        }
    }

    /// <summary>The seeds that all of <paramref name="cells"/> have.</summary>
    private static List<long> Complete(List<ClaimCells> cells) =>
        [.. cells[0].Seeds.Select(s => s.Seed).Where(seed => cells.TrueForAll(c => c.Seeds.Any(s => s.Seed == seed)))];

    /// <summary>The mean of one side: pairs weigh alike, and within a pair its cells.</summary>
    private static Estimate Mean(Term term, CellPairing pairing)
    {
        ClaimCells[][] pairs = [.. term.Cells.GroupBy(c => pairing.Key(c.Names, c.Attack)).Select(g => g.ToArray())];
        (double Value, double? Counted)[] seeds =
        [
            .. Complete(term.Cells).Select(seed =>
            {
                (double Weight, SeedValue Of)[] parts =
                    [.. pairs
                        .SelectMany(p => p.Select(c => (1.0 / (pairs.Length * p.Length), c.Seeds.First(s => s.Seed == seed))))];
                return (parts.Sum(p => p.Weight * p.Of.Value), parts.Any(p => p.Of.Counted is null) ? null
                    : parts.Sum(p => p.Weight * p.Weight * p.Of.Counted));
            }),
        ];
        return Estimate.OfSeeds([.. seeds.Select(s => s.Value)],
            seeds.Any(s => s.Counted is null) ? null : [.. seeds.Select(s => s.Counted!.Value)]);
    }
}
