using Postern.Configuration;
using Postern.Evaluation;
using Postern.Imaging;
using Postern.Models.Checkpoints;
using Postern.Training;
using Postern.Training.Optimisation;
using Postern.Training.Recipes;
using static TorchSharp.torch;

namespace Postern.Studies;

/// <summary>
/// A cell's folder, the only source of truth about it. Every file is written by this class or under a path that it gives, as a
/// whole or line by line; a file's name is a constant, so nothing is ever written outside the folder.
/// </summary>
public sealed class CellDirectory
{
    private const string DescriptionFile = "cell.json";
    private const int TriggersInRow = 10, TriggerWidth = 64;

    private readonly Cell cell;
    private readonly MetricsLog metrics;
    private readonly TensorBoardLog curves;

    /// <summary>The folder of <paramref name="cell"/>; nothing is made until something is written.</summary>
    /// <param name="root">The study's folder (<see cref="RunFolder.Path"/>).</param>
    /// <param name="cell">The cell.</param>
    public CellDirectory(string root, Cell cell)
    {
        this.cell = cell;
        Folder = FolderOf(root, cell);
        metrics = new MetricsLog(MetricsPath);
        curves = new TensorBoardLog(Path.Combine(Folder, TensorBoardLog.FileName));
    }

    /// <summary>The folder; checkpoints go here too.</summary>
    public string Folder { get; }

    /// <summary>Path of <c>result.json</c>.</summary>
    public string ResultPath => Path.Combine(Folder, "result.json");

    /// <summary>Path of <c>preview.png</c>: clean, triggered and residual pictures.</summary>
    public string PreviewPath => Path.Combine(Folder, "preview.png");

    /// <summary>Path of <c>metrics.jsonl</c>.</summary>
    internal string MetricsPath => Path.Combine(Folder, "metrics.jsonl");

    /// <summary>Path of <c>plan.json</c>.</summary>
    internal string PlanPath => Path.Combine(Folder, "plan.json");

    private string DescriptionPath => Path.Combine(Folder, DescriptionFile);

    private string ProfilePath => Path.Combine(Folder, "profile.json");

    private string AdversarialPath(Choice measure) => Path.Combine(Folder, AdversarialRecord.FileOf(measure));

    private string FilterPath => Path.Combine(Folder, "filter.json");

    private string RepairPath => Path.Combine(Folder, "repair.json");

    private string FailurePath => Path.Combine(Folder, "failure.json");

    /// <summary>
    /// How far the cell is, for all that its folder knows: what it waits for is elsewhere
    /// (<see cref="RunFolder.StateOf(Cell)"/>). One with a damaged record has failed for that reason.
    /// </summary>
    public CellState State
    {
        get
        {
            int epochs = cell.Training.Integer("epochs");
            try
            {
                // A folder that must not be looked into would seem empty.
                if (Directory.Exists(Folder)) Directory.EnumerateFileSystemEntries(Folder).Any();
                if (File.Exists(ResultPath)) return new CellState(CellPhase.Done, epochs, epochs);
                int epoch = metrics.Read() is { Count: > 0 } lines ? lines[^1].Epoch : 0;
                if (RecordFormat.Read<FailureRecord>(FailurePath) is FailureRecord failure)
                    return new CellState(CellPhase.Failed, epoch, epochs, failure.Error);
                bool begun = epoch > 0 || File.Exists(DescriptionPath);
                CellPhase phase = FolderClaim.IsHeld(Folder) ? CellPhase.Running : begun
                    ? CellPhase.Interrupted : CellPhase.NotStarted;
                return new CellState(phase, epoch, epochs);
            }
            catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
            {
                return new CellState(CellPhase.Failed, 0, epochs, e.Message);
            }
        }
    }

    /// <summary>Whether the result is there.</summary>
    public bool IsDone => File.Exists(ResultPath);

    /// <summary>Whether the weights of the last epoch are there, and their running mean where one is kept.</summary>
    public bool IsTrained
    {
        get
        {
            try
            {
                return IsDone || (TrainingCheckpoint.EpochOf(Folder) == cell.Training.Integer("epochs")
                    && (TrainingOptions.Settings(cell.Training).EmaDecay == 0 || File.Exists(AveragePath)));
            }
            catch (InputException)
            {
                // Damaged: the training goes on from the checkpoint before, or says what is wrong.
                return false;
            }
        }
    }

    /// <summary>Whether the trained weights, and their running mean, are as they were written.</summary>
    internal bool HasWholeWeights()
    {
        try
        {
            TrainingCheckpoint.Verify(Folder);
            if (File.Exists(AveragePath)) SafeTensors.Verify(AveragePath);
            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }

    /// <summary>
    /// Marks the start of a run, first or resumed: makes the folder, removes an earlier failure and what dead processes left half
    /// written.
    /// </summary>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public void Start()
    {
        try
        {
            Directory.CreateDirectory(Folder);
            File.Delete(FailurePath);
            TemporaryName.RemoveDead(Folder);
            TemporaryName.RemoveDead(Path.Combine(Folder, ProbeRecord.FolderName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(Folder, $"cannot be written to ({e.Message}); choose another folder with --out", e);
        }
    }

    /// <summary>Writes <c>cell.json</c>.</summary>
    public void WriteDescription(CellDescription description) => RecordFormat.Write(DescriptionPath, description);

    /// <summary>Reads <c>cell.json</c>; null where there is none.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public CellDescription? ReadDescription() => RecordFormat.Read<CellDescription>(DescriptionPath);

    /// <summary>Writes <c>plan.json</c>.</summary>
    public void WritePlan(PlanRecord plan) => RecordFormat.Write(PlanPath, plan);

    /// <summary>Reads <c>plan.json</c>; null where there is none.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public PlanRecord? ReadPlan() => RecordFormat.Read<PlanRecord>(PlanPath);

    /// <summary>
    /// Adds a finished epoch to <c>metrics.jsonl</c> and to the event file for TensorBoard, flushed to disk; what a kill tore is
    /// cut off first.
    /// </summary>
    /// <exception cref="InputException">A file cannot be written to.</exception>
    public void AppendMetrics(EpochMetrics epoch)
    {
        metrics.Append(epoch);
        curves.Append(epoch);
    }

    /// <summary>Every finished epoch, in order; a torn last line is not one.</summary>
    /// <exception cref="InputException">A line other than the last is damaged.</exception>
    public IReadOnlyList<EpochMetrics> ReadMetrics() => metrics.Read();

    /// <summary>
    /// Drops the lines and points after <paramref name="epoch"/>: those epochs are trained again after a resume.
    /// </summary>
    /// <exception cref="InputException">A line is damaged, or some are missing.</exception>
    public void TruncateMetrics(int epoch)
    {
        metrics.Truncate(epoch);
        curves.Keep(metrics.Read());
    }

    /// <summary>The text of <c>metrics.jsonl</c>, for a checkpoint.</summary>
    internal string MetricsText() => metrics.Text();

    /// <summary>Makes the finished epochs those of a checkpoint.</summary>
    /// <param name="text">What <see cref="MetricsText"/> gave then.</param>
    /// <returns>Whether <c>metrics.jsonl</c> did not agree with it.</returns>
    internal bool RestoreMetrics(string text)
    {
        bool differed = metrics.Restore(text);
        curves.Keep(metrics.Read());
        return differed;
    }

    /// <summary>
    /// Path of <c>ema.safetensors</c>: the running mean of the weights under their official names, where one is kept.
    /// </summary>
    public string AveragePath => Path.Combine(Folder, "ema.safetensors");

    /// <summary>Path of <c>repaired.safetensors</c>: the weights that a repair made, under their official names.</summary>
    public string RepairedPath => Path.Combine(Folder, "repaired.safetensors");

    /// <summary>Whether they are there.</summary>
    public bool IsRepaired => File.Exists(RepairedPath);

    /// <summary>Whether nothing in the folder of a finished cell is damaged; every file that has a checksum is read.</summary>
    internal bool IsWhole()
    {
        try
        {
            foreach (string weights in Directory.EnumerateFiles(Folder, "*.safetensors")) SafeTensors.Verify(weights);
            ReadPlan();
            return ReadResult() is CellResult result && result.Disagreement(ReadMetrics()) is null;
        }
        catch (InputException)
        {
            return false;
        }
    }

    /// <summary>Writes <see cref="AveragePath"/>.</summary>
    /// <param name="average">The mean.</param>
    /// <param name="header">What the file tells of the weights.</param>
    public void WriteAverage(WeightAverage average, WeightHeader header) => AtomicFile.Write(AveragePath,
        stream => SafeTensors.Write(stream, average.Weights, header.Pairs().ToDictionary()));

    /// <summary>Writes <see cref="RepairedPath"/>.</summary>
    /// <param name="weights">By official name.</param>
    /// <param name="header">What the file tells of them.</param>
    public void WriteRepaired(IReadOnlyDictionary<string, Tensor> weights, WeightHeader header) => AtomicFile.Write(RepairedPath,
        stream => SafeTensors.Write(stream, weights, header.Pairs().ToDictionary()));

    /// <summary>Whether a filter has said whom the training leaves out.</summary>
    public bool IsFiltered => File.Exists(FilterPath);

    /// <summary>Writes <c>filter.json</c>: whom the training leaves out.</summary>
    public void WriteFilter(FilterRecord filter) => RecordFormat.Write(FilterPath, filter);

    /// <summary>Reads <c>filter.json</c>; null where there is none.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public FilterRecord? ReadFilter() => RecordFormat.Read<FilterRecord>(FilterPath);

    /// <summary>Writes <c>repair.json</c>: what a repair cost.</summary>
    public void WriteRepair(RepairRecord repair) => RecordFormat.Write(RepairPath, repair);

    /// <summary>Reads <c>repair.json</c>; null where there is none.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public RepairRecord? ReadRepair() => RecordFormat.Read<RepairRecord>(RepairPath);

    /// <summary>Writes <c>result.json</c>: from then on the cell is done.</summary>
    public void WriteResult(CellResult result) => RecordFormat.Write(ResultPath, result);

    /// <summary>Reads <c>result.json</c>; null where there is none.</summary>
    /// <exception cref="InputException">It is damaged or another cell's.</exception>
    public CellResult? ReadResult()
    {
        if (ResultFile.Read(ResultPath, cell.Defence.Values) is not CellResult result) return null;
        return result.Id == cell.Id || cell.FormerIds.Contains(result.Id) ? result
            : throw RecordFormat.Damaged(ResultPath, $"it is the result of {result.Id}");
    }

    /// <summary>Writes accuracy under PGD.</summary>
    public void WriteAdversarial(Choice measure, AdversarialRecord record) =>
        RecordFormat.Write(AdversarialPath(measure), record);

    /// <summary>Reads accuracy under PGD as <paramref name="measure"/> asks for it; null where there is none.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public AdversarialRecord? ReadAdversarial(Choice measure)
    {
        string path = AdversarialPath(measure);
        if (RecordFormat.Read<AdversarialRecord>(path) is not AdversarialRecord record) return null;
        return record.Contradiction() is string found ? throw RecordFormat.Damaged(path, found) : record;
    }

    /// <summary>Writes a detector's scores and returns the name of their file.</summary>
    public string WriteScores(string detector, DetectionScores scores)
    {
        string name = ScoresFile.NameOf(detector);
        ScoresFile.Write(Path.Combine(Folder, name), scores.Pictures);
        return name;
    }

    /// <summary>Every picture's score of <paramref name="detection"/>; null where none are recorded.</summary>
    /// <exception cref="InputException">The file is missing or damaged.</exception>
    public IReadOnlyList<PictureScore>? ReadScores(Detection detection) =>
        detection.ScoresFile is string name ? ScoresFile.Read(Path.Combine(Folder, Path.GetFileName(name))) : null;

    /// <summary>Writes the triggers that a scan found as one picture, a tile for each class; returns the file's name.</summary>
    /// <param name="scan">The scan's name.</param>
    /// <param name="triggers">[classes], [3, size, size] each, in [0, 1].</param>
    /// <param name="size">Side in pixels.</param>
    public string WriteTriggers(string scan, IReadOnlyList<float[]> triggers, int size)
    {
        string name = $"triggers-{scan}.png";
        ImageFile.SavePng(Path.Combine(Folder, name), ContactSheet.Arrange(
            [.. triggers.Select(t => RgbImage.Rounded(t, size))], TriggersInRow, zoom: Math.Max(1, TriggerWidth / size)));
        return name;
    }

    /// <summary>Reads what <see cref="WriteTriggers"/> wrote; null where the file is gone.</summary>
    public byte[]? ReadTriggers(string name)
    {
        string path = Path.Combine(Folder, Path.GetFileName(name));
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    /// <summary>Of the picture that <see cref="WriteTriggers"/> wrote, the triggers of some classes, in a row.</summary>
    /// <param name="triggers">The picture.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="classes">How many classes it shows.</param>
    /// <param name="chosen">Which ones.</param>
    /// <exception cref="InputException">It is no picture of that.</exception>
    public static byte[] TriggersOf(byte[] triggers, string source, int classes, IReadOnlyList<int> chosen)
    {
        RgbImage sheet = ImageFile.Decode(triggers, source);
        try
        {
            return ImageFile.EncodePng(ContactSheet.Take(sheet, classes, TriggersInRow, chosen));
        }
        catch (ArgumentException)
        {
            throw new InputException(source, $"is no picture of {classes} triggers; delete it, and the page goes without");
        }
    }

    /// <summary>Writes <c>profile.json</c>: <paramref name="part"/>, added to the parts of earlier runs.</summary>
    public void AddProfile(CellProfile part) => RecordFormat.Write(ProfilePath, (ReadProfile() ?? CellProfile.Empty) + part);

    /// <summary>Reads <c>profile.json</c>; null where there is none.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public CellProfile? ReadProfile() => RecordFormat.Read<CellProfile>(ProfilePath);

    /// <summary>Why the cell stopped, where it did; null where it did not.</summary>
    /// <exception cref="InputException">The record is damaged.</exception>
    internal string? ReadFailure() => RecordFormat.Read<FailureRecord>(FailurePath)?.Error;

    /// <summary>Writes <c>failure.json</c> with why the cell stopped.</summary>
    public void WriteFailure(string error) => RecordFormat.Write(FailurePath, new FailureRecord(error.ReplaceLineEndings(" ")));

    /// <summary>The folder of the cell's id, or that of a former one where this very cell was run under it.</summary>
    private static string FolderOf(string root, Cell cell)
    {
        string folder = Path.Combine(root, cell.Id);
        return Directory.Exists(folder) ? folder
            : cell.FormerIds.Select(former => Path.Combine(root, former)).FirstOrDefault(IsOfTheCell) ?? folder;

        bool IsOfTheCell(string earlier) =>
            RecordFormat.Read<CellDescription>(Path.Combine(earlier, DescriptionFile)) is CellDescription there
            && there.Hardware.GetValueOrDefault("precision", "float32") == cell.Training.Word("precision");
    }

    private sealed record FailureRecord(string Error);
}
