using System.Diagnostics;
using System.Globalization;

namespace Postern.Tests.Cli;

/// <summary>The command in a process of its own, to be killed or interrupted.</summary>
internal sealed class CommandProcess : IDisposable
{
    private readonly Process process;

    private CommandProcess(Process process) => this.process = process;

    public int Id => process.Id;

    /// <summary>Starts <c>postern</c> with these arguments.</summary>
    public static CommandProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, "Postern.Cli.dll"))) start.ArgumentList.Add(argument);
        return new CommandProcess(Process.Start(start)!);
    }

    /// <summary>Waits for its end; the exit code, and what it wrote to both streams since the last look.</summary>
    public (int Code, string Output, string Errors) Finish()
    {
        string output = process.StandardOutput.ReadToEnd(), errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors);
    }

    /// <summary>Reads its lines until one tells of <paramref name="epoch"/> of <paramref name="epochs"/>.</summary>
    public void WaitForEpoch(int epoch, int epochs)
    {
        string wanted = string.Create(CultureInfo.InvariantCulture, $"epoch {epoch}/{epochs}");
        while (process.StandardOutput.ReadLine() is string line)
            if (line.Contains(wanted, StringComparison.Ordinal)) return;
        Assert.Fail($"the run ended before {wanted}: {process.StandardError.ReadToEnd()}");
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose() => process.Dispose();
}
