namespace Postern.Reports.Paper;

/// <summary>What a comparison gives on the paper's own numbers.</summary>
internal static class PublishedDifference
{
    /// <summary>
    /// Left - right in points, pairing as with measured cells; null where the paper prints no number for a side, as for losses,
    /// accuracy under PGD and what probes find.
    /// </summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="published">What the paper prints.</param>
    /// <param name="datasets">The datasets whose numbers count: those that were measured.</param>
    public static double? Of(Comparison comparison, PublishedValues published, IReadOnlyCollection<string> datasets)
    {
        IReadOnlyList<(int Sign, CellSelector Cells)> terms = comparison.Terms;
        if (comparison.Measure is ComparedMeasure.Loss or ComparedMeasure.Adversarial or ComparedMeasure.Probe) return null;
        var pairing = new CellPairing([.. terms.Select(t => t.Cells)]);
        (PairKey Key, decimal Value)[][] values =
        [
            .. terms.Select(t => published.Values.Where(v => datasets.Contains(v.Names.Dataset, StringComparer.OrdinalIgnoreCase)
                && t.Cells.Matches(v.Names, v.Condition) && AsksFor(t.Cells, v.Condition) && Number(v) is not null)
                .DistinctBy(v => (v.Names, v.Condition))
                    .Select(v => (pairing.Key(v.Names, v.Condition), Number(v)!.Value)).ToArray()),
        ];
        IReadOnlyList<PairKey> common = CellPairing.Common(values.Select(v => v.Select(p => p.Key)));
        if (common.Count == 0) return null;
        decimal difference = comparison.Left.Constant - comparison.Right.Constant;
        foreach ((int Sign, IEnumerable<(PairKey Key, decimal Value)> Of) term in terms
            .Zip(values, (t, v) => (t.Sign, v.AsEnumerable())))
            difference += term.Sign * common.Average(key => term.Of.Where(v => v.Key == key).Average(v => v.Value));
        return (double)difference;

        decimal? Number(PublishedValue value) => comparison.Measure switch
        {
            ComparedMeasure.Acc => Exact(value.Acc),
            ComparedMeasure.Asr => Exact(value.Asr),
            _ => Exact(value.Acc) is decimal acc && Exact(value.Asr) is decimal asr ? Math.Abs(acc - asr) : null,
        };

        decimal? Exact(PublishedNumber? number) => number is { Kind: NumberKind.Exact } ? number.Percent : null;
    }

    /// <summary>
    /// A value for special cells (one poisoning rate, one intensity) is meant only where the side names that option.
    /// </summary>
    private static bool AsksFor(CellSelector cells, AttackCondition condition) =>
        (condition.PoisonRate is null || cells.PoisonRates.Count > 0)
            && (condition.Intensity is null || cells.Intensities.Count > 0);
}
