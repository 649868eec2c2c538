using Postern.Configuration;
using Postern.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Filters;

/// <summary>
/// Activation Clustering (Chen et al. 2018; <c>docs/reference/defences.md 4</c>): the features of each label are split in two; a
/// clearly smaller part is suspicious and removed. On a clean set 2-means often gives such a part, too.
/// </summary>
/// <param name="Components">Singular directions that features are projected on.</param>
/// <param name="Share">Share of its label below which the smaller part is suspicious.</param>
/// <param name="Restarts">Starts of the partition.</param>
internal sealed record ActivationClustering(int Components, double Share, int Restarts) : ITrainingFilter
{
    internal static DefenceEntry Entry { get; } = FilterEntry.Of("activation-clustering", "removes small clusters of features",
        [
            new("components", OptionKind.Integer, "10", "singular directions that features are projected on") { Min = 1 },
            new("share", OptionKind.Number, "0.35", "share of its label below which the smaller cluster is removed")
            {
                Min = 0,
                Max = 0.5m,
            },
            new("restarts", OptionKind.Integer, "10", "starts of 2-means") { Min = 1 },
        ],
        choice => new ActivationClustering(choice.Integer("components"), (double)choice.Number("share"),
            choice.Integer("restarts")));

    /// <inheritdoc/>
    public FilterVerdict Filter(FilterInputs given)
    {
        using Tensor features = TrainingFeatures.Of(given.Model, given.Training, given.Seed, given.Cancel);
        int[][] members = TrainingFeatures.ByLabel(given.Labels, given.Classes);
        TwoMeans?[] parts = [.. members.Select((m, label) =>
        {
            using DisposeScope scope = NewDisposeScope();
            given.Progress((label + 1.0) / members.Length);
            return Split(TrainingFeatures.Rows(features, m), given.Seed, label);
        })];
        return Judge(members, parts, Share);
    }

    /// <summary>
    /// The rows, centred, on their first singular directions: [n, min(components, d)], and the singular values.
    /// </summary>
    internal static (Tensor Projected, Tensor Singular) Project(Tensor rows, int components)
    {
        Tensor centred = rows - rows.mean([0], keepdim: true);
        (_, Tensor s, Tensor vh) = linalg.svd(centred, fullMatrices: true);
        Tensor projected = centred.matmul(vh.narrow(0, 0, Math.Min(components, rows.shape[1])).transpose(0, 1));
        return (projected, s.narrow(0, 0, Math.Min(Math.Min(components, rows.shape[0] - 1), rows.shape[1])));
    }

    /// <summary>The partition of a label's features; null where it has a single sample or none.</summary>
    internal TwoMeans? Split(Tensor rows, long seed, int label) => rows.shape[0] < 2 ? null
        : TwoMeans.Of(Project(rows, Components).Projected, Restarts, RandomStream.For(seed, "two-means", label));

    /// <summary>Removes the smaller parts whose share is strictly below <paramref name="share"/>.</summary>
    internal static FilterVerdict Judge(int[][] members, IReadOnlyList<TwoMeans?> parts, double share)
    {
        int[] flagged = [.. Enumerable.Range(0, members.Length).Where(c => parts[c] is TwoMeans two && two.Share < share)];
        return new FilterVerdict([.. flagged.SelectMany(c => members[c].Where((_, i) => parts[c]!.InSmaller[i])).Order()],
            flagged);
    }
}
