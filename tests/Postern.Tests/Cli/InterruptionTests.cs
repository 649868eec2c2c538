using System.Diagnostics;
using System.Globalization;

namespace Postern.Tests.Cli;

[Trait("Category", "Fault")]
public class InterruptionTests
{
    private const int Epochs = 6;

    /// <summary>Starts the command in a process of its own; standard output and error come together.</summary>
    private static Process Start(TinyStudy study, string runs)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in new[] { Path.Combine(AppContext.BaseDirectory, "Postern.Cli.dll"), "run", study.Path, "--out", study.Runs(runs) })
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static int Finish(Process process)
    {
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Reads the process's lines until one tells of <paramref name="epoch"/>.</summary>
    private static void WaitForEpoch(Process process, int epoch)
    {
        string wanted = string.Create(CultureInfo.InvariantCulture, $"epoch {epoch}/{Epochs}");
        while (process.StandardOutput.ReadLine() is string line)
            if (line.Contains(wanted, StringComparison.Ordinal)) return;
        Assert.Fail($"the run ended before {wanted}: {process.StandardError.ReadToEnd()}");
    }

    private static byte[][] Weights(TinyStudy study, string runs) => [.. study.Files("last.safetensors", runs).Select(File.ReadAllBytes)];

    [Fact]
    public void A_killed_run_goes_on_and_ends_with_the_same_bits()
    {
        using var study = new TinyStudy(Epochs);
        using (Process whole = Start(study, "whole")) Assert.Equal(0, Finish(whole));
        using (Process killed = Start(study, "killed"))
        {
            WaitForEpoch(killed, 3);
            killed.Kill();
            killed.WaitForExit();
        }
        Assert.Empty(study.Files("result.json", "killed"));
        using (Process resumed = Start(study, "killed")) Assert.Equal(0, Finish(resumed));
        Assert.Equal(Weights(study, "whole"), Weights(study, "killed"));
        Assert.All(study.Files("metrics.jsonl", "killed"), m => Assert.Equal(Epochs, File.ReadLines(m).Count()));
    }

    [Fact]
    public void Ctrl_c_stops_cleanly_and_says_that_the_next_run_goes_on()
    {
        using var study = new TinyStudy(Epochs);
        using Process process = Start(study, "stopped");
        WaitForEpoch(process, 2);
        using (Process signal = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)])) signal.WaitForExit();
        Assert.Equal(130, Finish(process));
        Assert.Contains("the next run goes on", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        Assert.NotEmpty(study.Files("last.safetensors", "stopped"));
    }
}
