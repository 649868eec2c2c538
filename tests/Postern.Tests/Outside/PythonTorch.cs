using System.Diagnostics;
using System.Text.Json;

namespace Postern.Tests.Outside;

/// <summary>Runs the scripts of <c>tests/outside</c> with a Python that has PyTorch, such as Debian's python3-torch.</summary>
internal static class PythonTorch
{
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(2);

    private static readonly Lazy<string?> Interpreter = new(() =>
        new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(python => TryRun(python, ["-c", "import torch"]).Code == 0));

    /// <summary>What <paramref name="script"/> prints, as JSON; skips the running test where there is no PyTorch.</summary>
    public static JsonElement Run(string script, params string[] arguments)
    {
        if (Interpreter.Value is not string python)
        {
            Assert.Skip("no python3 here has PyTorch; on Debian the package is python3-torch");
            return default;
        }
        string path = Path.Combine(SharedMaterial.RepositoryRoot, "tests", "outside", script);
        (int code, string output, string error) = TryRun(python, [path, .. arguments]);
        Assert.True(code == 0, $"{script} ended with {code}: {error}");
        return JsonDocument.Parse(output).RootElement;
    }

    private static (int Code, string Output, string Error) TryRun(string python, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
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
