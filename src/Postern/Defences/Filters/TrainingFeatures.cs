using Postern.Defences.Sites;
using Postern.Models;
using Postern.Native.Paths;
using Postern.Training.Input;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Defences.Filters;

/// <summary>Features before the classifier of all pictures of a loader.</summary>
internal static class TrainingFeatures
{
    /// <summary>[n, d], float64, in the order of the pictures; the caller disposes it.</summary>
    /// <exception cref="NotApplicableException">The network shows no such features.</exception>
    public static Tensor Of(Backbone model, BatchLoader loader, long seed, CancellationToken cancel)
    {
        SelfCheck.Ensure(model.Precision == Precision.BFloat16);
        model.eval();
        using DisposeScope scope = NewDisposeScope();
        var rows = new List<Tensor>();
        foreach (Batch batch in loader.Load([.. Enumerable.Range(0, loader.Images.Count)], seed, epoch: 0, cancel))
        {
            using DisposeScope inner = NewDisposeScope();
            using Batch owned = batch;
            using var noGrad = no_grad();
            rows.Add(FeatureMaps.Penultimate(model, batch.Images).to(ScalarType.Float64).cpu().MoveToOuterDisposeScope());
        }
        return cat(rows).MoveToOuterDisposeScope();
    }

    /// <summary>Indices of the samples of each label, ascending; labels without any give an empty list.</summary>
    public static int[][] ByLabel(IReadOnlyList<int> labels, int classes) =>
        [.. Enumerable.Range(0, classes).Select(c => Enumerable.Range(0, labels.Count).Where(i => labels[i] == c).ToArray())];

    /// <summary>Some rows.</summary>
    public static Tensor Rows(Tensor features, IReadOnlyList<int> indices)
    {
        using Tensor index = tensor([.. indices.Select(i => (long)i)]);
        return features.index_select(0, index);
    }
}
