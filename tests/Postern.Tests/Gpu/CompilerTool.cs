using System.Diagnostics;

namespace Postern.Tests.Gpu;

/// <summary>Compilers of the system.</summary>
internal static class CompilerTool
{
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(3);

    /// <summary>Skips the running test where this machine has no such program on its path.</summary>
    public static void Require(string program)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, program))))
            Assert.Skip($"there is no {program} here; apt-get install {program} brings it");
    }

    /// <summary>Runs a program to its end; fails with what it said where that is no success.</summary>
    public static void Run(string program, params string[] arguments)
    {
        using Process process =
            Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(MostTime))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} has not ended after {MostTime}");
        }
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {error.Result}{output.Result}");
    }
}
