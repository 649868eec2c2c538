using System.Text.Json;
using System.Text.Json.Nodes;
using Postern.Cli;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Native;
using Postern.Tests.Studies;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>Goldens that the program itself compares; the official code's are in Goldens/ModelGoldenTests.</summary>
public sealed class GoldenTrialTests : IDisposable
{
    private const double Scale = 1.5;
    private static readonly GoldenConfig Sizes =
        new() { ImgSize = 16, PatchSize = 8, EmbedDim = 16, Depth = 1, NumHeads = 2, NumClasses = 3 };

    private static readonly long[] Shape = [2, 3, 16, 16], Labels = [0, 2];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A golden that is right: of a small network, by its own numbers.</summary>
    private string Golden(Action<JsonObject>? change = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new DeiT(new DeiTConfig(16, 8, 16, 1, 2, 3));
        List<GoldenEntry> entries =
            [.. model.state_dict().Select(e => new GoldenEntry(e.Key, e.Value.shape, "affine", Scale: 0.2))];
        using (no_grad())
            foreach (GoldenEntry entry in entries) model.state_dict()[entry.Name].copy_(GoldenValues.Entry(7, entry));
        float[] pictures = GoldenValues.Affine(9, "input", 2 * 3 * 16 * 16, 0, Scale);
        model.eval();
        Tensor logits = model.forward(tensor(pictures, Shape));
        Tensor loss = nn.functional.cross_entropy(logits, tensor(Labels));
        loss.backward();
        string path = folder.File("deit_own.json");
        using (FileStream file = File.Create(Path.ChangeExtension(path, ".safetensors")))
            SafeTensors.Write(file, new Dictionary<string, Tensor> { ["logits"] = logits.detach() });
        var golden = new GoldenManifest("deit", Sizes, "eval", new GoldenWeights(7, [.. entries]),
            new GoldenInput(9, "input", Shape, 0, Scale, pictures.Sum(v => (double)v)), Labels, loss.item<float>(), 1e-5,
            model.named_parameters().ToDictionary(p => p.name,
                p => p.parameter.grad!.to_type(ScalarType.Float64).norm().item<double>()),
            1e-4, new Dictionary<string, GoldenTensor> { ["logits"] = new GoldenTensor(logits.shape, 1e-5) });
        var root = (JsonObject)JsonSerializer.SerializeToNode(golden, GoldenManifest.Format)!;
        change?.Invoke(root);
        File.WriteAllText(path, root.ToJsonString());
        return path;
    }

    private static GoldenTrial Trial(string path) => GoldenTrial.Of(path, ComputeDevice.Cpu);

    private (int Code, string Errors) Doctor(params string[] more)
    {
        using var errors = new StringWriter();
        return (Program.Run(["doctor", "--goldens", folder.Path, "--out", folder.Path, .. more], errors), errors.ToString());
    }

    [Fact]
    public void A_right_golden_passes_with_everything_compared()
    {
        string path = Golden();
        File.WriteAllText(folder.File("other.json"), "{\"arch\": \"vim\"}");
        Assert.Equal([path], GoldenTrial.In(folder.Path));
        GoldenTrial trial = Trial(path);
        Assert.True(trial.Passes, string.Join('\n', trial.Comparisons.Where(c => !c.Passes)));
        Finding finding = trial.Finding("cure");
        Assert.Equal(("golden deit_own", null, false), (finding.Name, finding.Cure, finding.Fatal));
    }

    [Fact]
    public void What_is_wrong_or_missing_is_named()
    {
        GoldenTrial trial = Trial(Golden(root =>
        {
            root["loss"] = 9.5;
            root["tensors"]!["act:nowhere"] = new JsonObject { ["full_shape"] = new JsonArray(1), ["tolerance"] = 1e-5 };
            root["tensors"]!["logits"]!["full_shape"] = new JsonArray(2, 4);
        }));
        Assert.Equal(["loss", "logits has shape [2, 3]", "act:nowhere is not observed"],
            trial.Comparisons.Where(c => !c.Passes).Select(c => c.What));
        Assert.Equal("cure", trial.Finding("cure").Cure);
    }

    [Theory]
    [InlineData("labels", "no manifest of a model's golden")]
    [InlineData("config", "no manifest of a model's golden")]
    [InlineData("sum", "the pictures' sum")]
    [InlineData("rule", "no rule 'chance'")]
    [InlineData("entry", "the golden has no")]
    [InlineData("patch", "does not describe a network")]
    public void A_golden_that_describes_nothing_is_refused_in_a_line_that_names_it(string what, string said)
    {
        string path = Golden(root =>
        {
            var entries = (JsonArray)root["weights"]!["entries"]!;
            if (what is "labels") root.Remove(what);
            if (what is "config") root[what] = "small";
            if (what is "sum") root["input"]!["scale"] = 2;
            if (what is "rule") entries[0]!["rule"] = "chance";
            if (what is "entry") entries.RemoveAt(0);
            if (what is "patch") root["config"]!["patch_size"] = 0;
        });
        InputException error = Assert.Throws<InputException>(() => Trial(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Doctor_asks_for_a_thorough_look_and_a_folder_with_goldens()
    {
        (int code, string errors) = Doctor();
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("--goldens: belongs to --thorough", errors, StringComparison.Ordinal);
        (code, errors) = Doctor("--thorough");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("holds no golden of a model", errors, StringComparison.Ordinal);
    }
}
