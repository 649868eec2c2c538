using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Postern.Tests.Outside;

/// <summary>Runs the scripts of <c>tests/outside</c> with a Python that has what they import.</summary>
internal static class PythonScript
{
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(2);

    private static readonly ConcurrentDictionary<string, string?> Interpreters = new();

    /// <summary>
    /// What <paramref name="script"/> prints, as JSON; skips the running test where no Python has <paramref name="module"/>.
    /// </summary>
    public static JsonElement Run(string module, string script, params string[] arguments)
    {
        if (Interpreters.GetOrAdd(module, Interpreter) is not string python)
        {
            Assert.Skip($"no python3 here can import {module}");
            return default;
        }
        string path = Path.Combine(SharedMaterial.RepositoryRoot, "tests", "outside", script);
        (int code, string output, string error) = TryRun(python, [path, .. arguments]);
        Assert.True(code == 0, $"{script} ended with {code}: {error}");
        return JsonDocument.Parse(output).RootElement;
    }

    private static string? Interpreter(string module) =>
        new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(python => TryRun(python, ["-c", $"import {module}"]).Code == 0);

    private static (int Code, string Output, string Error) TryRun(string python, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(MostTime))
            {
                process.Kill(entireProcessTree: true);
                return (-1, "", $"no end after {MostTime}");
            }
            return (process.ExitCode, output.Result, error.Result);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, "", e.Message);
        }
    }
}
