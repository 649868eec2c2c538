using System.Diagnostics;
using Postern.Studies;

namespace Postern.Cli.Progress;

/// <summary>Where a run is, and how long the rest will take: epochs to go, each at its model's own pace so far.</summary>
internal sealed class Pace
{
    private readonly Dictionary<string, (double Seconds, int Epochs)> byModel = [];
    private readonly Dictionary<string, (string Model, int Epochs)> left;
    private readonly List<string> order;
    private readonly HashSet<string> ended;
    private readonly Dictionary<string, long> epochStarts = new(StringComparer.Ordinal);
    private readonly int jobs;

    /// <param name="study">The study.</param>
    /// <param name="root">The output folder.</param>
    /// <param name="jobs">Cells that run at a time.</param>
    public Pace(Study study, string root, int jobs = 1)
    {
        this.jobs = jobs;
        order = [.. study.WithNeeded.Select(c => c.Id)];
        ended = [.. study.WithNeeded.Where(c => new CellDirectory(study.Folder(root), c).IsDone).Select(c => c.Id)];
        left = study.WithNeeded.Where(c => c.TrainedBy is null && !ended.Contains(c.Id)).ToDictionary(c => c.Id, c => (c.ModelLabel, c.Training.Integer("epochs")));
    }

    /// <summary>Cells of the study, finished ones included.</summary>
    public int Cells => order.Count;

    /// <summary>Cells that run at a time.</summary>
    public int Jobs => jobs;

    /// <summary>Cells that need nothing more.</summary>
    public int Ended => ended.Count;

    /// <summary>The cell's number in the study, from 1.</summary>
    public int NumberOf(Cell cell) => order.IndexOf(cell.Id) + 1;

    public static string NameOf(Cell cell) => $"{cell.Title} seed {cell.Seed}";

    public void CellStarted(Cell cell, int finishedEpochs)
    {
        if (finishedEpochs > 0) Spend(cell, finishedEpochs);
        epochStarts[cell.Id] = Stopwatch.GetTimestamp();
    }

    public void EpochFinished(Cell cell)
    {
        (double seconds, int epochs) = byModel.GetValueOrDefault(cell.ModelLabel);
        byModel[cell.ModelLabel] = (seconds + Stopwatch.GetElapsedTime(epochStarts[cell.Id]).TotalSeconds, epochs + 1);
        Spend(cell, 1);
        epochStarts[cell.Id] = Stopwatch.GetTimestamp();
    }

    /// <summary>The cell is finished or failed.</summary>
    public void CellEnded(Cell cell)
    {
        ended.Add(cell.Id);
        left.Remove(cell.Id);
    }

    /// <summary>Seconds since the cell's present epoch began.</summary>
    public double SecondsOfEpoch(Cell cell) => Stopwatch.GetElapsedTime(epochStarts[cell.Id]).TotalSeconds;

    /// <summary>Estimated time to the end of the run, or null before the first epoch.</summary>
    public TimeSpan? Left
    {
        get
        {
            int measured = byModel.Values.Sum(m => m.Epochs);
            if (measured == 0) return null;
            double average = byModel.Values.Sum(m => m.Seconds) / measured;
            int together = Math.Clamp(Cells - Ended, 1, jobs);
            return TimeSpan.FromSeconds(left.Values.Sum(cell =>
                cell.Epochs * (byModel.TryGetValue(cell.Model, out (double Seconds, int Epochs) own) ? own.Seconds / own.Epochs : average)) / together);
        }
    }

    public string LeftText => Left is not TimeSpan time ? "" : time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min left"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s left" : $"{time.Seconds} s left";

    private void Spend(Cell cell, int epochs) => left[cell.Id] = left[cell.Id] with { Epochs = left[cell.Id].Epochs - epochs };
}
