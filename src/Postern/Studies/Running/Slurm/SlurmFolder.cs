using System.Globalization;

namespace Postern.Studies.Slurm;

/// <summary>What a submission was made of, <c>submission.json</c>.</summary>
/// <param name="Round">0 for what a user submitted, then 1 more for each time that what failed is tried again.</param>
/// <param name="Follows">Number of the submission whose failures it tries again; null for none.</param>
/// <param name="Options">What was asked of Slurm.</param>
/// <param name="Threads">Threads of a task; null for as many as the job has cores.</param>
internal sealed record SubmissionRecord(int Round, int? Follows, SlurmOptions Options, int? Threads);

/// <summary>
/// A submission on disk, <c>runs/STUDY/slurm/N</c>: its scripts, what each task does, the jobs' numbers and their logs. All small
/// files that are written whole.
/// </summary>
/// <param name="run">The study and where its results are.</param>
/// <param name="number">Its number, from 1.</param>
internal sealed class SlurmFolder(RunFolder run, int number)
{
    /// <summary>The name of the report's job, as <c>array-1</c> is that of an array.</summary>
    public const string Report = "report";

    private const string TasksEnding = ".tasks", JobEnding = ".job";

    /// <summary>Its number.</summary>
    public int Number => number;

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; } =
        Path.Combine(AllOf(run), number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The folder of the logs; Slurm starts nothing where it is missing.</summary>
    public string Logs => Path.Combine(Folder, "logs");

    /// <summary>The study as it was submitted: later changes to its file change nothing.</summary>
    public string Study => Path.Combine(Folder, RunFolder.StudyFileName);

    /// <summary>What became of it, a line for each cell that is not done; there when it has ended.</summary>
    public string Ended => Path.Combine(Folder, "ended.txt");

    /// <summary>Whether nothing of it is to come.</summary>
    public bool HasEnded => File.Exists(Ended);

    private string RecordPath => Path.Combine(Folder, "submission.json");

    /// <summary>The folder of all submissions of a study.</summary>
    public static string AllOf(RunFolder run) => Path.Combine(Path.GetFullPath(run.Path), "slurm");

    /// <summary>The submissions of a study, the first one first.</summary>
    public static IReadOnlyList<SlurmFolder> Of(RunFolder run) => !Directory.Exists(AllOf(run)) ? []
        : [.. Directory.EnumerateDirectories(AllOf(run))
            .Select(f => int.TryParse(Path.GetFileName(f), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0)
            .Where(n => n > 0).Order().Select(n => new SlurmFolder(run, n))];

    /// <summary>A script's path, by the name of its array.</summary>
    public string Script(string name) => Path.Combine(Folder, $"{name}.sh");

    /// <summary>Path of what the tasks of an array do.</summary>
    public string TasksPath(string array) => Path.Combine(Folder, array + TasksEnding);

    /// <summary>Path of the log of a job, which may have written none yet.</summary>
    /// <param name="job">As Slurm names it, <c>12_3</c> or <c>12</c>.</param>
    public string Log(string job) => Path.Combine(Logs, $"{job}.log");

    /// <summary>The names of its arrays.</summary>
    public IReadOnlyList<string> Arrays => Directory.Exists(Folder)
        ? [.. Directory.EnumerateFiles(Folder, $"*{TasksEnding}").Select(f => Path.GetFileNameWithoutExtension(f)!)] : [];

    /// <summary>Slurm's number of an array or of the report's job; null where it is not submitted.</summary>
    public string? Job(string name)
    {
        string path = Path.Combine(Folder, name + JobEnding);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    /// <summary>Writes Slurm's number of an array or of the report's job.</summary>
    public void WriteJob(string name, string job) => AtomicFile.WriteText(Path.Combine(Folder, name + JobEnding), $"{job}\n");

    /// <summary>Writes what the tasks of an array do, a line each.</summary>
    public void WriteTasks(PlannedArray array) => AtomicFile.WriteText(TasksPath(array.Name), Text(array));

    /// <summary>What <see cref="WriteTasks"/> writes.</summary>
    public static string Text(PlannedArray array) =>
        string.Concat(array.Tasks.Select(t => $"{string.Join(' ', t.Places)}\n"));

    /// <summary>The places of each task of an array; the first is element 1.</summary>
    public IReadOnlyList<string[]> Tasks(string array) => TasksIn(TasksPath(array));

    /// <summary>The places of each task that a file lists.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static IReadOnlyList<string[]> TasksIn(string path)
    {
        try
        {
            return [.. File.ReadAllLines(path).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read ({e.Message}); submit the study again", e);
        }
    }

    /// <summary>Writes what it is made of.</summary>
    public void Write(SubmissionRecord record) => RecordFormat.Write(RecordPath, record);

    /// <summary>What it is made of; null where it was never finished.</summary>
    /// <exception cref="InputException">The record is damaged.</exception>
    public SubmissionRecord? Read() => RecordFormat.Read<SubmissionRecord>(RecordPath);
}
