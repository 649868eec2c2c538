using System.Diagnostics;
using Postern.Studies;

namespace Postern.Cli.Progress;

/// <summary>Where a run is, and how long the rest will take: epochs to go, each at its model's own pace so far.</summary>
internal sealed class Pace
{
    // The first steps of an epoch are slower than the rest.
    private const double LeastToTell = 0.05;

    private readonly Dictionary<string, Cell> cells;
    private readonly List<string> order;
    private readonly HashSet<string> ended;
    private readonly Dictionary<string, int> epochsLeft;
    private readonly Dictionary<string, (double Seconds, int Epochs)> byModel = [];
    private readonly Dictionary<string, long> epochStarts = new(StringComparer.Ordinal);

    /// <param name="run">The study and where its results go.</param>
    /// <param name="jobs">Cells that run at a time.</param>
    public Pace(RunFolder run, int jobs = 1)
    {
        WorkGraph work = run.Study.Work;
        Jobs = jobs;
        cells = work.Cells.ToDictionary(c => c.Id, StringComparer.Ordinal);
        order = [.. work.Cells.Select(c => c.Id)];
        ended = [.. work.Cells.Where(run.IsDone).Select(c => c.Id)];
        epochsLeft = work.Measures.Where(m => m.TrainedBy is null && !ended.Contains(m.Cell.Id))
            .ToDictionary(m => m.Cell.Id, m => m.Cell.Training.Integer("epochs"), StringComparer.Ordinal);
    }

    /// <summary>Cells of the study, finished ones included.</summary>
    public int Cells => order.Count;

    /// <summary>Cells that run at a time.</summary>
    public int Jobs { get; }

    /// <summary>Cells that need nothing more.</summary>
    public int Ended => ended.Count;

    /// <summary>The cell's number in the study, from 1.</summary>
    public int NumberOf(Cell cell) => order.IndexOf(cell.Id) + 1;

    /// <summary>The cell that an event is about.</summary>
    public Cell CellOf(RunEvent happened) => cells[happened.Cell];

    public static string NameOf(Cell cell) => $"{cell.Title} seed {cell.Seed}";

    /// <summary>Takes note of begun and finished epochs and of cells that are finished or failed.</summary>
    public void Hear(RunEvent happened)
    {
        switch (happened)
        {
            case CellStarted e:
                if (e.FinishedEpochs > 0) epochsLeft[e.Cell] -= e.FinishedEpochs;
                epochStarts[e.Cell] = Stopwatch.GetTimestamp();
                break;
            case EpochFinished e:
                string model = CellOf(e).ModelLabel;
                (double seconds, int epochs) = byModel.GetValueOrDefault(model);
                byModel[model] = (seconds + SecondsOfEpoch(e.Cell), epochs + 1);
                epochsLeft[e.Cell]--;
                epochStarts[e.Cell] = Stopwatch.GetTimestamp();
                break;
            case CellFinished or CellFailed:
                ended.Add(happened.Cell);
                epochsLeft.Remove(happened.Cell);
                break;
        }
    }

    /// <summary>Seconds since the cell's present epoch began.</summary>
    public double SecondsOfEpoch(string cell) => Stopwatch.GetElapsedTime(epochStarts[cell]).TotalSeconds;

    /// <summary>Estimated time to the end of the run, or null before the first epoch.</summary>
    public TimeSpan? Left
    {
        get
        {
            int measured = byModel.Values.Sum(m => m.Epochs);
            if (measured == 0) return null;
            double average = byModel.Values.Sum(m => m.Seconds) / measured;
            int together = Math.Clamp(Cells - Ended, 1, Jobs);
            return TimeSpan
                .FromSeconds(epochsLeft.Sum(left => left.Value * SecondsAnEpoch(cells[left.Key].ModelLabel, average)) / together);
        }
    }

    public string LeftText => Text(Left);

    /// <summary>Estimated time to the end of a cell's training, or null where too little is done to tell.</summary>
    /// <param name="cell">Its id.</param>
    /// <param name="ofEpoch">Share of its present epoch that is done, 0 to 1.</param>
    public TimeSpan? LeftOf(string cell, double ofEpoch)
    {
        if (!epochsLeft.TryGetValue(cell, out int epochs)) return null;
        bool measured = byModel.ContainsKey(cells[cell].ModelLabel);
        if (!measured && ofEpoch < LeastToTell) return null;
        double seconds = SecondsAnEpoch(cells[cell].ModelLabel, SecondsOfEpoch(cell) / Math.Max(ofEpoch, LeastToTell));
        return TimeSpan.FromSeconds(Math.Max(0, epochs - ofEpoch) * seconds);
    }

    /// <summary><c>2 min 3 s left</c>; nothing for null.</summary>
    public static string Text(TimeSpan? left) => left switch
    {
        null => "",
        { TotalHours: >= 1 } time => $"{(int)time.TotalHours} h {time.Minutes} min left",
        { TotalMinutes: >= 1 } time => $"{time.Minutes} min {time.Seconds} s left",
        TimeSpan time => $"{time.Seconds} s left",
    };

    private double SecondsAnEpoch(string model, double average) =>
        byModel.TryGetValue(model, out (double Seconds, int Epochs) own) ? own.Seconds / own.Epochs : average;
}
