using System.Diagnostics;
using System.Text.RegularExpressions;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

[LongGroup("Fault")]
public partial class InterruptionTests
{
    private const int Epochs = 6;

    private static CommandProcess Start(TinyStudy study, string runs) =>
        CommandProcess.Start("run", study.Path, "--out", study.Runs(runs), "--threads", "1");

    private static byte[][] Weights(TinyStudy study, string runs) =>
        [.. study.Files("last.safetensors", runs).Select(File.ReadAllBytes)];

    [Fact]
    public void A_killed_run_goes_on_and_ends_with_the_same_bits()
    {
        using var study = new TinyStudy(Epochs);
        using (CommandProcess whole = Start(study, "whole")) Assert.Equal(0, whole.Finish().Code);
        using (CommandProcess killed = Start(study, "killed"))
        {
            killed.WaitForEpoch(3, Epochs);
            killed.Kill();
        }
        Assert.Empty(study.Files("result.json", "killed"));
        using (CommandProcess resumed = Start(study, "killed")) Assert.Equal(0, resumed.Finish().Code);
        Assert.Equal(Weights(study, "whole"), Weights(study, "killed"));
        Assert.All(study.Files("metrics.jsonl", "killed"), m => Assert.Equal(Epochs, File.ReadLines(m).Count()));
        Assert.All(study.Files("events.out.tfevents.postern", "killed"), f =>
            Assert.Equal(Enumerable.Range(1, Epochs),
                EventFile.Read(f).Where(p => p.Tag == "train/loss").Select(p => (int)p.Step)));
    }

    [Fact]
    public void A_training_killed_twenty_times_at_random_moments_ends_with_the_same_numbers()
    {
        const int many = 40, kills = 20;
        using var study = new TinyStudy(many);
        var clock = Stopwatch.StartNew();
        using (CommandProcess whole = Start(study, "whole")) Assert.Equal(0, whole.Finish().Code);
        double epoch = clock.Elapsed.TotalMilliseconds / (2 * many);
        var random = new Random(20);
        for (int kill = 0; kill < kills; kill++)
        {
            using CommandProcess killed = Start(study, "killed");
            // Some in the start and the reading of what is there, most in training and writing.
            bool hasBegun = kill % 4 != 0 && killed.WaitFor("epoch");
            Thread.Sleep((int)(random.NextDouble() * (hasBegun ? 1.5 * epoch : 1000)));
            killed.Kill();
        }
        Assert.NotEqual(2, study.Files("result.json", "killed").Length);
        using (CommandProcess resumed = Start(study, "killed")) Assert.Equal(0, resumed.Finish().Code);
        Assert.Equal(Weights(study, "whole"), Weights(study, "killed"));
        Assert.Equal(Numbers(study, "whole", "metrics.jsonl"), Numbers(study, "killed", "metrics.jsonl"));
        Assert.Equal(Numbers(study, "whole", "result.json"), Numbers(study, "killed", "result.json"));
        Assert.Empty(study.Files(".*", "killed"));
    }

    /// <summary>What files of a name say, but for times and the checksums that cover them.</summary>
    private static string[] Numbers(TinyStudy study, string runs, string name) =>
        [.. study.Files(name, runs).SelectMany(File.ReadLines).Select(l => Timed().Replace(l, ""))];

    [GeneratedRegex("""("images_per_second|"data_wait|"\w*seconds|"finished_utc|"check|"checksum)\w*":[^,}]*,?""")]
    private static partial Regex Timed();

    [Fact]
    public void Ctrl_c_stops_cleanly_and_says_that_the_next_run_goes_on()
    {
        using var study = new TinyStudy(Epochs);
        using CommandProcess process = Start(study, "stopped");
        process.WaitForEpoch(2, Epochs);
        process.Interrupt();
        (int code, _, string errors) = process.Finish();
        Assert.Equal(130, code);
        Assert.Contains("the next run goes on", errors, StringComparison.Ordinal);
        Assert.NotEmpty(study.Files("last.safetensors", "stopped"));
    }
}
