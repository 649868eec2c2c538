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
    private static readonly long[] Shape = [2, 3, 16, 16], Labels = [0, 2];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A golden that is right: of a small network, by its own numbers.</summary>
    private string Golden(Action<JsonObject>? change = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new DeiT(new DeiTConfig(16, 8, 16, 1, 2, 3));
        var entries = new JsonArray();
        using (no_grad())
        {
            foreach ((string name, Tensor value) in model.state_dict())
            {
                var entry = new GoldenEntry(name, value.shape, "affine", Scale: 0.2);
                value.copy_(GoldenValues.Entry(7, entry));
                entries.Add(JsonSerializer.SerializeToNode(entry, GoldenManifest.Format));
            }
        }
        float[] pictures = GoldenValues.Affine(9, "input", 2 * 3 * 16 * 16, 0, Scale);
        model.eval();
        Tensor logits = model.forward(tensor(pictures, Shape));
        Tensor loss = nn.functional.cross_entropy(logits, tensor(Labels));
        loss.backward();
        string path = folder.File("deit_own.json");
        using (FileStream file = File.Create(Path.ChangeExtension(path, ".safetensors")))
            SafeTensors.Write(file, new Dictionary<string, Tensor> { ["logits"] = logits.detach() });
        var norms = new JsonObject();
        foreach ((string name, TorchSharp.Modules.Parameter value) in model.named_parameters())
            norms[name] = value.grad!.to_type(ScalarType.Float64).norm().item<double>();
        var root = new JsonObject
        {
            ["arch"] = "deit",
            ["config"] = new JsonObject
            {
                ["img_size"] = 16, ["patch_size"] = 8, ["embed_dim"] = 16, ["depth"] = 1, ["num_heads"] = 2, ["num_classes"] = 3,
            },
            ["mode"] = "eval",
            ["weights"] = new JsonObject { ["seed"] = 7, ["entries"] = entries },
            ["input"] = new JsonObject
            {
                ["seed"] = 9, ["name"] = "input", ["shape"] = JsonSerializer.SerializeToNode(Shape), ["offset"] = 0,
                ["scale"] = Scale, ["float64_sum_of_float32_values"] = pictures.Sum(v => (double)v),
            },
            ["labels"] = JsonSerializer.SerializeToNode(Labels),
            ["loss"] = loss.item<float>(),
            ["loss_tolerance"] = 1e-5,
            ["grad_norms"] = norms,
            ["grad_norm_tolerance"] = 1e-4,
            ["tensors"] = new JsonObject
            {
                ["logits"] = new JsonObject { ["full_shape"] = JsonSerializer.SerializeToNode(logits.shape),
                    ["tolerance"] = 1e-5 },
            },
        };
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
