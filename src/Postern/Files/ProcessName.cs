using System.Globalization;

namespace Postern.Files;

/// <summary>Which process wrote something, so that another can tell whether it still lives.</summary>
/// <param name="Host">Name of its machine.</param>
/// <param name="System">The machine's present boot and the process's own set of process numbers; equal for processes that see
/// each other.</param>
/// <param name="Process">Its number there.</param>
/// <param name="Started">When it started, in ticks of the system: numbers are used again.</param>
/// <param name="Job">The batch system's name of its job; null where there is none.</param>
internal sealed record ProcessName(string Host, string System, int Process, long Started, string? Job)
{
    private static readonly string[] JobVariables = ["SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID"];
    private static readonly string[] ArrayVariables = ["SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID"];

    /// <summary>This process.</summary>
    public static ProcessName Own { get; } = new(Environment.MachineName, SystemName(), Environment.ProcessId,
        StartOf(Environment.ProcessId) ?? 0, JobName(Environment.GetEnvironmentVariable));

    /// <summary>Eight hex digits of <see cref="System"/>, for names of files.</summary>
    public string ShortSystem => ShortHash.Of(System);

    /// <summary>Whether it would be seen here if it lived.</summary>
    public bool IsHere => System == Own.System;

    /// <summary>Whether it lives; only where <see cref="IsHere"/>.</summary>
    public bool Lives => StartOf(Process) == Started;

    /// <summary>For a message: <c>process 123 on host (job 4)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"process {Process} on {Host}{(Job is null ? "" : $" (job {Job})")}");

    /// <summary>Whether a process of this number lives here.</summary>
    public static bool IsAlive(int process) => StartOf(process) is not null;

    /// <summary>
    /// The job that an environment tells of; an element of a Slurm array as <c>A_k</c>, since one of them has the array's own
    /// number.
    /// </summary>
    internal static string? JobName(Func<string, string?> variable)
    {
        string?[] element = [.. ArrayVariables.Select(variable)];
        return element.All(e => e is { Length: > 0 }) ? string.Join('_', element)
            : JobVariables.Select(variable).FirstOrDefault(j => j is { Length: > 0 });
    }

    private static string SystemName()
    {
        try
        {
            string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            return $"{boot} {new FileInfo("/proc/self/ns/pid").LinkTarget}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Environment.MachineName;
        }
    }

    /// <summary>When a process started; null where none of the number lives.</summary>
    private static long? StartOf(int process)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
                // The name, in brackets, may hold anything. After it: the state, and the start as the 20th value.
                string[] values = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return values[0] is "Z" or "X" ? null : long.Parse(values[19], CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
        try
        {
            using var found = global::System.Diagnostics.Process.GetProcessById(process);
            return found.StartTime.ToUniversalTime().Ticks;
        }
        catch (Exception e) when (
            e is ArgumentException or InvalidOperationException or global::System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
