using System.Diagnostics;
using System.Globalization;

namespace Postern.Tests.Cli;

/// <summary>The command in a process of its own, to be killed or interrupted.</summary>
internal sealed class CommandProcess : IDisposable
{
    private readonly Process process;

    private CommandProcess(Process process) => this.process = process;

    public int Id => process.Id;

    /// <summary>The program that the tests were built with.</summary>
    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "Postern.Cli.dll");

    /// <summary>Starts <c>postern</c> with these arguments.</summary>
    public static CommandProcess Start(params string[] arguments) =>
        StartOther("dotnet", [Assembly, .. arguments], new Dictionary<string, string>());

    /// <summary>
    /// Starts another program, such as a shell that starts <c>postern</c>; skips the running test where there is none.
    /// </summary>
    public static CommandProcess StartOther(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        try
        {
            return new CommandProcess(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Skip($"{program} is not here: {e.Message}");
            throw;
        }
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
        if (!WaitFor(wanted)) Assert.Fail($"the run ended before {wanted}: {process.StandardError.ReadToEnd()}");
    }

    /// <summary>Reads its lines until one has a text; false where it ends before.</summary>
    public bool WaitFor(string text)
    {
        while (process.StandardOutput.ReadLine() is string line)
            if (line.Contains(text, StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>
    /// Sends what Ctrl+C sends; skips the running test where the tests were started so that nobody hears it (<c>dotnet test
    /// &amp;</c> in a script).
    /// </summary>
    public void Interrupt()
    {
        string id = process.Id.ToString(CultureInfo.InvariantCulture);
        string ignored = File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        const int Sigint = 2;
        long mask = long.Parse(ignored.AsSpan("SigIgn:".Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Assert.SkipWhen((mask >> (Sigint - 1) & 1) != 0,
            "started with SIGINT ignored, as scripts start what they put behind '&'");
        using Process kill = Process.Start("kill", ["-INT", id]);
        kill.WaitForExit();
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose() => process.Dispose();
}
