using Postern.Datasets;

namespace Postern.Attacks.Learned;

/// <summary>What learned attacks are prepared with.</summary>
/// <param name="Dataset">Its training split makes the ingredients; its test split is never read for them.</param>
/// <param name="CacheFolder">Where ingredients are kept, for all cells and studies of an output folder.</param>
/// <param name="Threads">Threads of the process.</param>
/// <param name="Progress">Hears how it goes on.</param>
/// <param name="Cancel">Stops soon; the next preparation goes on from what is on disk.</param>
public sealed record PreparationContext(
    Dataset Dataset, string CacheFolder, int Threads, IPreparationProgress Progress, CancellationToken Cancel);
