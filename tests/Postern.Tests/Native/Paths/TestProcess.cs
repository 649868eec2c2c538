using System.Diagnostics;

namespace Postern.Tests.Native.Paths;

/// <summary>These tests in another process, some of them, under other environment variables.</summary>
internal static class TestProcess
{
    /// <summary>Runs until the end; the exit code and everything that was written.</summary>
    /// <param name="filter">Arguments of the test program that choose tests.</param>
    /// <param name="environment">Variables on top of this process's.</param>
    public static (int Code, string Output) Run(IEnumerable<string> filter, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TestProcess).Assembly.Location, .. filter, "-noColor"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
