using System.ComponentModel;
using System.Diagnostics;

namespace Postern.Studies.Slurm;

/// <summary>What a command of Slurm gave.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error, which may hold warnings of what went well.</param>
internal sealed record ToolResult(int Code, string Output, string Errors)
{
    /// <summary>What it says is wrong, in a line.</summary>
    public string Error => string.Join("; ",
        Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(l => l.StartsWith("sbatch: error: ", StringComparison.Ordinal) ? l["sbatch: error: ".Length..] : l));
}

/// <summary>Starts Slurm's own commands, without a shell.</summary>
internal static class SlurmTools
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="InputException">It is not on this machine, it knows of no cluster, or it does not answer.</exception>
    public static ToolResult Run(string tool, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Within a job, what that job was given is none of the next one's business.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("SLURM_", StringComparison.Ordinal)).ToArray())
            if (name != "SLURM_CONF") start.Environment.Remove(name);
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
                throw new InputException(tool, "does not answer; the cluster's controller may be down, try again later");
            }
            var result = new ToolResult(process.ExitCode, output.Result, errors.Result);
            if (result.Code != 0 && result.Errors.Contains("configuration source", StringComparison.Ordinal))
                throw new InputException(tool, "this machine belongs to no Slurm cluster: there is no slurm.conf");
            return result;
        }
        catch (Win32Exception e)
        {
            throw new InputException(tool, "is not on this machine; --on slurm is for machines of a Slurm cluster", e);
        }
    }
}
