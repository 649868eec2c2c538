using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

[Trait("Category", "Fault")]
public class InterruptionTests
{
    private const int Epochs = 6;

    public InterruptionTests() => LongGroup.Require("Fault");

    private static CommandProcess Start(TinyStudy study, string runs) =>
        CommandProcess.Start("run", study.Path, "--out", study.Runs(runs));

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
