using System.Diagnostics;

namespace Postern.Tests.Cli;

/// <summary>
/// A real Slurm of two small nodes on this machine, brought up by the shared material's script; tests that ask for it skip with
/// the reason where it cannot be.
/// </summary>
public sealed class SlurmCluster : IDisposable
{
    // Slurm's sockets lie in it, whose names are short.
    private readonly string folder = Directory.CreateTempSubdirectory("sl-").FullName;
    private readonly Lazy<string?> why;

    public SlurmCluster() => why = new Lazy<string?>(BringUp);

    /// <summary>What a process needs to find it.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Brings it up, once; skips the running test where that cannot be.</summary>
    public void Require()
    {
        if (why.Value is string reason) Assert.Skip(reason);
    }

    /// <summary>Standard output of one of Slurm's commands.</summary>
    public string Ask(string tool, params string[] arguments) => Run(tool, arguments).Output.Trim();

    /// <summary>Waits until no job waits or runs.</summary>
    public void WaitUntilEmpty(TimeSpan patience)
    {
        var waited = Stopwatch.StartNew();
        // What ends may be about to submit what follows.
        for (int empty = 0; empty < 2; Thread.Sleep(500))
        {
            string queue = Ask("squeue", "-h", "-r", "-o", "%i %T %r");
            empty = queue.Length == 0 ? empty + 1 : 0;
            Assert.True(waited.Elapsed < patience, $"still in the queue:\n{queue}");
        }
    }

    public void Dispose()
    {
        if (Environment.Count > 0) Run(Path.Combine(SharedMaterial.Root!, "tools", "slurm-down"), ["--rm", folder]);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Why there is none; null where it is up.</summary>
    private string? BringUp()
    {
        if (SharedMaterial.Root is null) return "no shared folder beside the repository; POSTERN_SHARED may name one";
        (int code, string output, string errors) = Run(Path.Combine(SharedMaterial.Root, "tools", "slurm-up"), [folder]);
        string? line = output.Split('\n').FirstOrDefault(l => l.StartsWith("export SLURM_CONF=", StringComparison.Ordinal));
        if (code != 0 || line is null) return $"Slurm cannot be brought up: {errors.Trim().Split('\n')[^1]}";
        Environment["SLURM_CONF"] = line.Split('=', 2)[1].Trim();
        return null;
    }

    private (int Code, string Output, string Errors) Run(string program, string[] arguments)
    {
        using var process = CommandProcess.StartOther(program, arguments, Environment);
        return process.Finish();
    }
}
