using System.Diagnostics;
using Postern.Studies;

namespace Postern.Cli.Progress;

/// <summary>Where a run is, and how long the rest will take: epochs to go, each at its model's own pace so far.</summary>
internal sealed class Pace
{
    private readonly Dictionary<string, (double Seconds, int Epochs)> byModel = [];
    private readonly Dictionary<string, int> epochsLeft;
    private readonly List<string> order;
    private readonly Stopwatch sinceEpoch = new();

    public Pace(Study study, string root)
    {
        order = [.. study.WithNeeded.Select(c => c.Id)];
        Cell[] open = [.. study.WithNeeded.Where(c => c.TrainedBy is null && !new CellDirectory(study.Folder(root), c).IsDone)];
        epochsLeft = open.GroupBy(c => c.ModelLabel).ToDictionary(g => g.Key, g => g.Sum(c => c.Training.Integer("epochs")));
    }

    /// <summary>Cells of the study, finished ones included.</summary>
    public int Cells => order.Count;

    /// <summary>The cell's number in the study, from 1.</summary>
    public int NumberOf(Cell cell) => order.IndexOf(cell.Id) + 1;

    public static string NameOf(Cell cell) => $"{cell.Title} seed {cell.Seed}";

    public void CellStarted(Cell cell, int finishedEpochs)
    {
        if (finishedEpochs > 0) epochsLeft[cell.ModelLabel] -= finishedEpochs;
        sinceEpoch.Restart();
    }

    public void EpochFinished(Cell cell)
    {
        (double seconds, int epochs) = byModel.GetValueOrDefault(cell.ModelLabel);
        byModel[cell.ModelLabel] = (seconds + sinceEpoch.Elapsed.TotalSeconds, epochs + 1);
        epochsLeft[cell.ModelLabel]--;
        sinceEpoch.Restart();
    }

    /// <summary>Estimated time to the end of the run, or null before the first epoch.</summary>
    public TimeSpan? Left
    {
        get
        {
            int measured = byModel.Values.Sum(m => m.Epochs);
            if (measured == 0) return null;
            double average = byModel.Values.Sum(m => m.Seconds) / measured;
            return TimeSpan.FromSeconds(epochsLeft.Sum(m =>
                m.Value * (byModel.TryGetValue(m.Key, out (double Seconds, int Epochs) own) ? own.Seconds / own.Epochs : average)));
        }
    }

    public string LeftText => Left is not TimeSpan left ? "" : left.TotalHours >= 1 ? $"{(int)left.TotalHours} h {left.Minutes} min left"
        : left.TotalMinutes >= 1 ? $"{left.Minutes} min {left.Seconds} s left" : $"{left.Seconds} s left";
}
