using System.Diagnostics;

namespace Postern.Datasets;

/// <summary>What going through all pictures of a dataset found.</summary>
/// <param name="Splits">The splits, <c>train</c> and <c>test</c>; one where both are the same pictures.</param>
/// <param name="Threads">Threads that read and decoded.</param>
/// <param name="Seconds">Wall time.</param>
public sealed record DatasetCheck(IReadOnlyList<(string Name, SweptPictures Swept)> Splits, int Threads, double Seconds)
{
    /// <summary>Pictures of all splits.</summary>
    public int Count => Splits.Sum(s => s.Swept.Count);

    /// <summary>How many of them were decoded for it: the others had been before, or lie decoded in memory.</summary>
    public int Decoded => Splits.Sum(s => s.Swept.Decoded);

    /// <summary>How many of them cannot be read.</summary>
    public int Unreadable => Splits.Sum(s => s.Swept.Unreadable.Count);

    /// <summary>Goes through <paramref name="dataset"/>.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="sweep">How, told for each split by name.</param>
    /// <exception cref="OperationCanceledException">Cancelled; what was found out is kept.</exception>
    public static DatasetCheck Of(Dataset dataset, Func<string, PictureSweep> sweep)
    {
        long begun = Stopwatch.GetTimestamp();
        var splits = new List<(string, SweptPictures)>();
        PictureSweep ofTrain = sweep("train");
        splits.Add(("train", dataset.Train.Sweep(ofTrain)));
        if (dataset.Test != dataset.Train) splits.Add(("test", dataset.Test.Sweep(sweep("test"))));
        return new DatasetCheck(splits, ofTrain.Threads, Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }
}
