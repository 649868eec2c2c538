namespace Postern.Studies;

/// <summary>How far a cell is, for someone who looks on from outside.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="State">What its files say.</param>
public sealed record CellStatus(Cell Cell, CellState State)
{
    /// <summary>Pictures trained a second in its last epoch; null where it does not run or has finished none.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Seconds until its training ends, at its pace so far; null where that is not known.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Who works on it, such as <c>process 12 on node1 (job 4_1)</c>; null where nobody does.</summary>
    public string? Holder { get; init; }

    /// <summary>Where to read on: the log of its job, or its folder.</summary>
    public required string Log { get; init; }

    /// <summary>The status of a cell.</summary>
    /// <param name="run">The study and where its results are.</param>
    /// <param name="cell">One of its cells, or one that they rest on.</param>
    public static CellStatus Of(RunFolder run, Cell cell)
    {
        CellDirectory directory = run.Of(cell);
        var status = new CellStatus(cell, run.StateOf(cell)) { Log = directory.Folder };
        if (status.State.Phase != CellPhase.Running) return status;
        FolderClaim.IsHeld(directory.Folder, out ProcessName? holder);
        IReadOnlyList<EpochMetrics> epochs = Epochs(directory);
        status = status with { Holder = holder?.ToString() };
        if (epochs.Count == 0) return status;
        double sinceLast = (DateTime.UtcNow - File.GetLastWriteTimeUtc(directory.MetricsPath)).TotalSeconds;
        return status with
        {
            ImagesPerSecond = epochs[^1].ImagesPerSecond,
            SecondsLeft = Left(epochs, status.State.Epochs, sinceLast),
        };
    }

    /// <summary>Seconds that the epochs to go take at the mean pace of those that are finished.</summary>
    /// <param name="finished">At least one.</param>
    /// <param name="epochs">All to train.</param>
    /// <param name="sinceLast">Seconds since the last one ended; no more than an epoch of them counts.</param>
    internal static double Left(IReadOnlyList<EpochMetrics> finished, int epochs, double sinceLast)
    {
        double each = finished.Average(e => e.Seconds);
        return Math.Max(0, ((epochs - finished[^1].Epoch) * each) - Math.Clamp(sinceLast, 0, each));
    }

    private static IReadOnlyList<EpochMetrics> Epochs(CellDirectory directory)
    {
        try
        {
            return directory.ReadMetrics();
        }
        catch (InputException)
        {
            // It is running, and restores what is damaged.
            return [];
        }
    }
}
