using System.Text.Json;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

/// <summary>Fine-tuning on an image folder at 224 pixels from a checkpoint with ImageNet's 1,000 classes, end to end.</summary>
[Trait("Category", "Data")]
public sealed class FineTuningTests : IDisposable
{
    private const int Epochs = 4;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Study()
    {
        string sample = SharedMaterial.Require("data/imagenet-sample/imagenet-sample.zip");
        using var pretrained = new Vim(new VimConfig(224, 16, 16, EmbedDim: 32, Depth: 2, StateSize: 8, Classes: 1000));
        pretrained.Initialise(11);
        using (FileStream stream = File.Create(folder.File("pretrained.pth"))) TorchFile.Write(stream, pretrained.state_dict());
        return folder.File("tune.yaml", $$"""
            name: tune
            datasets:
              - {name: imagenet, path: '{{sample}}', train_subset: 48, test_subset: 16}
            models:
              - {name: vim-tiny, embed_dim: 32, depth: 2, state_size: 8, checkpoint: pretrained.pth}
            attacks:
              - {name: patch-pixel, poison_rate: 0.1}
            preset: quick
            train: {epochs: {{Epochs}}, batch_size: 16, augment: none, lr: 0.004, warmup_epochs: 0, eval_every: 0}
            """);
    }

    private byte[] Weights(string runs) =>
        File.ReadAllBytes(
            Directory.EnumerateFiles(Path.Combine(folder.Path, runs), "last.safetensors", SearchOption.AllDirectories).Single());

    [Fact]
    [LongGroup("Fault")]
    public void A_killed_run_starts_from_the_checkpoint_lowers_the_loss_and_resumes_to_the_same_bits()
    {
        string study = Study();
        using (CommandProcess whole = CommandProcess.Start("run", study, "--out", Path.Combine(folder.Path, "whole")))
        {
            (int code, string output, string errors) = whole.Finish();
            Assert.True(code == 0, errors);
            Assert.Contains("note: starts from pretrained.pth", output, StringComparison.Ordinal);
            Assert.Contains("the classifier 'head' starts anew", output, StringComparison.Ordinal);
        }
        double[] losses = [
            .. Directory.EnumerateFiles(Path.Combine(folder.Path, "whole"), "metrics.jsonl", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble())];
        Assert.Equal(Epochs, losses.Length);
        Assert.True(losses[^1] < 0.9 * losses[0], string.Join(", ", losses));

        using (CommandProcess killed = CommandProcess.Start("run", study, "--out", Path.Combine(folder.Path, "killed")))
        {
            killed.WaitForEpoch(2, Epochs);
            killed.Kill();
        }
        using (CommandProcess resumed = CommandProcess.Start("run", study, "--out", Path.Combine(folder.Path, "killed")))
            Assert.Equal(0, resumed.Finish().Code);
        Assert.Equal(Weights("whole"), Weights("killed"));
    }

    [Fact]
    public void A_checkpoint_of_another_model_fails_its_cells_and_says_why()
    {
        string study = Study();
        using CommandProcess process =
            CommandProcess.Start("run", study, "--out", Path.Combine(folder.Path, "runs"), "--set", "models.0.depth=3");
        (int code, string output, string errors) = process.Finish();
        Assert.Equal(1, code);
        Assert.Contains("pretrained.pth: does not fit the model: it lacks 'layers.2.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }
}
