using System.Globalization;
using System.Text.RegularExpressions;
using Postern.Studies.Jobs;

namespace Postern.Studies.Slurm;

/// <summary>
/// The scripts that are submitted, for people to read: options of <c>sbatch</c>, and one command of this program.
/// </summary>
/// <param name="run">The study and where its results go.</param>
/// <param name="folder">The submission.</param>
/// <param name="options">What is asked of Slurm.</param>
/// <param name="command">How this program is started.</param>
/// <param name="threads">Threads of a task; null for as many as the job has cores.</param>
internal sealed partial class SlurmScript(
    RunFolder run, SlurmFolder folder, SlurmOptions options, JobCommand command, int? threads)
{
    /// <summary>The script of an array.</summary>
    public string Of(PlannedArray array)
    {
        string limit = options.MaxParallel is int most ? string.Create(CultureInfo.InvariantCulture, $"%{most}") : "";
        string number = threads is int count ? count.ToString(CultureInfo.InvariantCulture) : "\"${SLURM_CPUS_ON_NODE:-1}\"";
        return string.Create(CultureInfo.InvariantCulture, $"""
            #!/bin/bash
            #SBATCH --job-name={run.Study.Name} --array=1-{array.Tasks.Count}{limit}
            {Logs("%A_%a")}
            {Line(options.OfTask())}#SBATCH --requeue --signal=B:USR1@{SlurmTime.Warning(options.Time)}
            # Task K does what line K of {array.Name}.tasks names, but for what is done already.
            exec {Command(run.Study)} --threads {number} \
              --slurm-tasks {Quoted(folder.TasksPath(array.Name))} --slurm-task "$SLURM_ARRAY_TASK_ID"

            """);
    }

    /// <summary>The script of the report's job.</summary>
    public string OfReport() => string.Create(CultureInfo.InvariantCulture, $"""
        #!/bin/bash
        #SBATCH --job-name={run.Study.Name}-report
        {Logs("%j")}
        {Line(options.OfReport())}#SBATCH --requeue
        # Tries again what failed, {options.Retries} times at most, then writes the report.
        exec {Command(run.Study)} --slurm-report {folder.Number}

        """);

    private static string Line(IEnumerable<string> words) =>
        string.Join(' ', words) is { Length: > 0 } line ? $"#SBATCH {line}\n" : "";

    // A percent sign in the path is one of the path.
    private string Logs(string name) =>
        $"#SBATCH --output=\"{folder.Logs.Replace("%", "%%", StringComparison.Ordinal)}/{name}.log\" --open-mode=append\n"
        + $"#SBATCH --chdir=\"{folder.Folder}\"";

    private string Command(Study study)
    {
        string[] words =
            [command.Program, .. command.Arguments, folder.Study, "--out", Path.GetFullPath(run.Output), .. Precisions(study)];
        return string.Join(' ', words.Select(Quoted));
    }

    // Where a study leaves the precision to the machine, the cells are those of the machine that submitted it: nodes may differ.
    private static IEnumerable<string> Precisions(Study study)
    {
        HashSet<string> starts = [.. study.Work.Measures.Select(m => m.Pretraining?.Id).OfType<string>()];
        foreach ((string key, bool isStart) in new[] { ("train", false), ("pretrain.train", true) })
        {
            Cell? open = study.Work.Cells.FirstOrDefault(c => starts.Contains(c.Id) == isStart && IsOpen(c));
            if (open is not null)
            {
                yield return "--set";
                yield return $"{key}.precision={open.Training.Word("precision")}";
            }
        }

        static bool IsOpen(Cell cell) =>
            cell.Training.Values.ContainsKey("precision") && cell.Training.Written("precision") == "auto";
    }

    private static string Quoted(string word) =>
        Plain().IsMatch(word) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [GeneratedRegex("^[A-Za-z0-9_./:=@%+,-]+$")]
    private static partial Regex Plain();
}
