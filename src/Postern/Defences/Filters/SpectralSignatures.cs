using Postern.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Filters;

/// <summary>
/// Spectral Signatures (Tran et al. 2018; <c>docs/reference/defences.md 5</c>): the samples of each label that lie furthest along
/// the first singular direction of its features are removed. The rate of poisons is assumed, not known; the cost lies in the
/// rule, which removes from every label.
/// </summary>
/// <param name="Rate">The assumed rate of poisons.</param>
/// <param name="Percentile">Instead of a budget: what lies above this percentile of its label goes; null for the budget.</param>
internal sealed record SpectralSignatures(double Rate, double? Percentile) : ITrainingFilter
{
    private const string Budgeted = "budget", Ranked = "percentile";
    private const double Factor = 1.5;

    internal static DefenceEntry Entry { get; } = FilterEntry.Of("spectral-signatures",
        "removes outliers of every label's features",
        [
            new("rule", OptionKind.Word, Budgeted,
                "budget: 1.5 times the assumed number of poisons from each label, at most half of it; percentile: the top of each")
            {
                Allowed = [Budgeted, Ranked],
            },
            new("assumed_rate", OptionKind.Number, "0.01", "the rate of poisons that is assumed, whatever it is")
            {
                Min = 0,
                Max = 1,
            },
            new("percentile", OptionKind.Number, "85", "rule percentile: what lies above is removed") { Min = 0, Max = 100 },
        ],
        choice => new SpectralSignatures((double)choice.Number("assumed_rate"),
            choice.Word("rule") == Ranked ? (double)choice.Number("percentile") : null));

    /// <inheritdoc/>
    public FilterVerdict Filter(FilterInputs given)
    {
        using Tensor features = TrainingFeatures.Of(given.Model, given.Training, given.Seed, given.Cancel);
        int[][] members = TrainingFeatures.ByLabel(given.Labels, given.Classes);
        double[][] scores = [.. members.Select((m, label) =>
        {
            using DisposeScope scope = NewDisposeScope();
            given.Progress((label + 1.0) / members.Length);
            return Scores(TrainingFeatures.Rows(features, m));
        })];
        IEnumerable<int> removed = Percentile is double percentile ? Above(members, scores, percentile)
            : Highest(members, scores, [.. members.Select(m => Budget(m.Length, given.Labels.Count, Rate))]);
        return new FilterVerdict([.. removed.Order()], null);
    }

    /// <summary>(z v)^2 of each row, centred, along the first right singular vector; zeros for a single row.</summary>
    internal static double[] Scores(Tensor rows)
    {
        if (rows.shape[0] < 2) return new double[rows.shape[0]];
        Tensor centred = rows - rows.mean([0], keepdim: true);
        (_, _, Tensor vh) = linalg.svd(centred, fullMatrices: false);
        return centred.matmul(vh[0]).square().data<double>().ToArray();
    }

    /// <summary>min(int(1.5 rate N), n / 2), N being the size of the whole set; 0 for a label of one sample.</summary>
    internal static int Budget(int members, int all, double rate) =>
        members < 2 ? 0 : Math.Min((int)(Factor * rate * all), members / 2);

    /// <summary>The samples with the highest scores of each label, by falling score.</summary>
    internal static IEnumerable<int> Highest(int[][] members, double[][] scores, IReadOnlyList<int> budgets) =>
        members.SelectMany((m, c) => m.Index().OrderByDescending(e => scores[c][e.Index]).Take(budgets[c]).Select(e => e.Item));

    /// <summary>The samples whose |z v| lies above a percentile of their label, by linear interpolation.</summary>
    internal static IEnumerable<int> Above(int[][] members, double[][] scores, double percentile) =>
        members.SelectMany((m, c) =>
        {
            if (m.Length < 2) return [];
            double[] distances = [.. scores[c].Select(Math.Sqrt)], sorted = [.. distances.Order()];
            double place = percentile / 100 * (sorted.Length - 1);
            int low = (int)place;
            double cut = sorted[low] + (place - low) * (sorted[Math.Min(low + 1, sorted.Length - 1)] - sorted[low]);
            return m.Where((_, i) => distances[i] > cut);
        }).Order();
}
