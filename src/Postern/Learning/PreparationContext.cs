using Postern.Datasets;
using Postern.Native;

namespace Postern.Learning;

/// <summary>What a learned attack is prepared with.</summary>
/// <param name="Dataset">Gives the training split, classes, normalisation and input size; the test split stays untouched.</param>
/// <param name="CacheFolder">Where finished artifacts are kept, shared by all studies of an output folder.</param>
/// <param name="Threads">Threads that the preparation may use, as for training.</param>
/// <param name="Progress">Hears how it goes on.</param>
/// <param name="Cancel">Stops it; the next preparation goes on with the last finished epoch.</param>
public sealed record PreparationContext(
    Dataset Dataset, string CacheFolder, int Threads, IPreparationProgress Progress, CancellationToken Cancel)
{
    /// <summary>Whether nothing is made that the cache does not hold (<see cref="ArtifactMissingException"/>).</summary>
    public bool FromCacheOnly { get; init; }

    /// <summary>Where its networks and batches live.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Cpu;

    /// <summary>The cache in <see cref="CacheFolder"/>.</summary>
    public ArtifactCache Cache => new(CacheFolder);
}

/// <summary>Hears how the preparation of an attack goes on. Called from the preparing thread only.</summary>
public interface IPreparationProgress
{
    /// <summary>Some work is done.</summary>
    /// <param name="artifact">What is being made, e.g. <c>issba-encoder</c>.</param>
    /// <param name="fraction">How much of it is done, 0 to 1.</param>
    /// <param name="detail">A few words for the user, e.g. <c>epoch 3/20, bit accuracy 91%</c>.</param>
    void Report(string artifact, double fraction, string detail);
}
