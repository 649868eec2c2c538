using System.Globalization;

namespace Postern.Studies.Slurm;

/// <summary>What a user asks of Slurm for the tasks of a study; what is null is left to the cluster.</summary>
public sealed record SlurmOptions
{
    /// <summary>Partition.</summary>
    public string? Partition { get; init; }

    /// <summary>Account.</summary>
    public string? Account { get; init; }

    /// <summary>Generic resources of a task, such as <c>gpu:1</c>.</summary>
    public string? Gres { get; init; }

    /// <summary>Cores of a task.</summary>
    public int? Cpus { get; init; }

    /// <summary>Memory of a task, such as <c>16G</c>.</summary>
    public string? Mem { get; init; }

    /// <summary>Time limit of a task, as Slurm writes times.</summary>
    public string? Time { get; init; }

    /// <summary>Features that a node must have.</summary>
    public string? Constraint { get; init; }

    /// <summary>Tasks at a time.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>Cells of a task; null for as many small ones as fill it (<see cref="TaskShare"/>).</summary>
    public int? Pack { get; init; }

    /// <summary>How many more times what failed is tried.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>The options of <c>sbatch</c> for a task.</summary>
    internal IEnumerable<string> OfTask() => Given(
        ("partition", Partition), ("account", Account), ("constraint", Constraint),
        ("cpus-per-task", Cpus?.ToString(CultureInfo.InvariantCulture)), ("mem", Mem), ("time", Time), ("gres", Gres));

    /// <summary>The options of <c>sbatch</c> for the report, which needs little.</summary>
    internal IEnumerable<string> OfReport() =>
        Given(("partition", Partition), ("account", Account), ("constraint", Constraint), ("mem", Mem));

    /// <summary>Sees to it that nothing in them ends a line or a word of a script.</summary>
    /// <exception cref="InputException">Something does.</exception>
    internal void Check()
    {
        foreach (string option in OfTask())
        {
            string[] parts = option.Split('=', 2);
            if (parts[1].Length == 0 || parts[1].Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '\'' or '\\'))
                throw new InputException(Typed(parts[0]),
                    $"'{parts[1]}' is empty or has spaces or quotes; write it as sbatch takes it");
        }
        if (Time is string time) SlurmTime.Parse(time);
    }

    private static string Typed(string option) => option == "--cpus-per-task" ? "--cpus" : option;

    private static IEnumerable<string> Given(params (string Name, string? Value)[] options) =>
        options.Where(o => o.Value is not null).Select(o => $"--{o.Name}={o.Value}");
}
