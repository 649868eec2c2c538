using System.Globalization;

namespace Postern.Studies.Slurm;

/// <summary>The job that this process is.</summary>
public static class SlurmSelf
{
    // Each of them has moved the training on; this one only ends what no progress ends.
    private const int MostRestarts = 1000;

    /// <summary>Its name, <c>12_3</c> of an array; null outside Slurm.</summary>
    public static string? Name => Environment.GetEnvironmentVariable("SLURM_JOB_ID") is { Length: > 0 }
        ? ProcessName.Own.Job : null;

    /// <summary>How many times it was started before.</summary>
    public static int Restarts => int.TryParse(Environment.GetEnvironmentVariable("SLURM_RESTART_COUNT"), NumberStyles.None,
        CultureInfo.InvariantCulture, out int count) ? count : 0;

    /// <summary>The node that it runs on.</summary>
    public static string Node => Environment.GetEnvironmentVariable("SLURMD_NODENAME") ?? Environment.MachineName;

    /// <summary>
    /// Has Slurm start it again; once this returns null, how the process ends counts no more.
    /// </summary>
    /// <returns>Why that is not possible; null where it is done.</returns>
    public static string? Requeue()
    {
        if (Name is not string name) return "this is no job of Slurm";
        if (Restarts >= MostRestarts) return "it was started too often";
        try
        {
            ToolResult result = SlurmTools.Run("scontrol", "requeue", name);
            return result.Code == 0 ? null : result.Error;
        }
        catch (InputException e)
        {
            return e.Message;
        }
    }
}
