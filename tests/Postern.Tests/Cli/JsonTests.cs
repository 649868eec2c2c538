using System.Text.Json;
using Postern.Attacks;
using Postern.Models;
using Postern.Tests.Studies;
using Postern.Training.Recipes;

namespace Postern.Tests.Cli;

public class JsonTests
{
    private static (int Code, string Output, string Errors) Run(string[] args, string culture = "C.UTF-8")
    {
        using CommandProcess process = CommandProcess.StartOther("dotnet", [CommandProcess.Assembly, .. args],
            new Dictionary<string, string> { ["LC_ALL"] = culture });
        return process.Finish();
    }

    private static JsonElement Listing(params string[] args)
    {
        (int code, string output, string errors) = Run([.. args, "--json"]);
        Assert.Equal((0, ""), (code, errors));
        return JsonDocument.Parse(output).RootElement;
    }

    private static string?[] Names(JsonElement array) =>
        [.. array.EnumerateArray().Select(e => e.GetProperty("name").GetString())];

    [Theory]
    [InlineData("attacks")]
    [InlineData("defences")]
    [InlineData("defences", "patch-drop")]
    [InlineData("attacks", "patch-pixel")]
    [InlineData("models", "vim-mini")]
    [InlineData("presets")]
    [InlineData("presets", "paper-literal", "--dataset", "imagenet", "--model", "mambaout-tiny")]
    [LongGroup("Long")]
    public void A_listing_is_one_plain_value_and_the_same_in_every_culture(params string[] args)
    {
        (int code, string output, string errors) = Run([.. args, "--json"]);
        Assert.Equal((0, ""), (code, errors));
        Assert.All(Members(JsonDocument.Parse(output).RootElement), name => Assert.Matches("^[a-z][a-z0-9_]*$", name));
        Assert.Matches(@"\A[\[{]\n  [^\r]*\n[\]}]\n\z", output);
        // A decimal comma, and letters that change case otherwise.
        Assert.Equal(output, Run([.. args, "--json"], "de_DE.UTF-8").Output);
        Assert.Equal(output, Run([.. args, "--json"], "tr_TR.UTF-8").Output);
    }

    [Fact]
    public void Attacks_are_listed_as_the_catalogue_has_them_with_typed_defaults()
    {
        JsonElement attacks = Listing("attacks");
        Assert.Equal(AttackCatalog.All.Select(a => a.Name), Names(attacks));
        JsonElement wanet = attacks.EnumerateArray().Single(a => a.GetProperty("name").GetString() == "wanet");
        Assert.Equal(JsonSerializer.Serialize(wanet), JsonSerializer.Serialize(Listing("attacks", "wanet")));
        Dictionary<string, JsonElement> defaults = wanet.GetProperty("options").EnumerateArray()
            .ToDictionary(o => o.GetProperty("name").GetString()!, o => o.GetProperty("default"));
        Assert.Equal((0.05, -1, JsonValueKind.True),
            (defaults["poison_rate"].GetDouble(), defaults["target"].GetInt32(), defaults["exclude_target"].ValueKind));
        Assert.Equal(0.1, wanet.GetProperty("published")[0].GetProperty("cover_rate").GetDouble());
    }

    [Fact]
    public void Models_have_their_counts()
    {
        JsonElement models = Listing("models");
        Assert.Equal(ModelCatalog.All.Select(m => m.Name), Names(models));
        using Backbone vim = ModelCatalog.Describe(ModelCatalog.All.First(m => m.Name == "vim-tiny"));
        JsonElement tiny = models.EnumerateArray().Single(m => m.GetProperty("name").GetString() == "vim-tiny");
        Assert.Equal((224, 1000, vim.ParameterCount, vim.MultiplyAdds(224)),
            (tiny.GetProperty("input_side").GetInt32(), tiny.GetProperty("classes").GetInt32(),
            tiny.GetProperty("parameters").GetInt64(), tiny.GetProperty("multiply_adds").GetInt64()));
    }

    [Fact]
    public void A_preset_has_its_values_and_notes()
    {
        Assert.Equal(PresetCatalog.All.Select(p => p.Name), Names(Listing("presets")));
        JsonElement literal = Listing("presets", "paper-literal", "--dataset", "imagenet", "--model", "vim-tiny");
        Assert.Equal(3, literal.GetProperty("options").EnumerateArray().Single(o => o.GetProperty("name").GetString() == "epochs")
            .GetProperty("default").GetInt32());
        Assert.StartsWith("the warm-up lasts 5 epochs and training 3", literal.GetProperty("notes")[0].GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_dataset_has_its_counts()
    {
        using var folder = new TemporaryFolder();
        JsonElement set = Listing("data", "info", TinyPictures.Write(folder.Path));
        Assert.Equal(("folder", 4, 8),
            (set.GetProperty("name").GetString(), set.GetProperty("train").GetProperty("count").GetInt32(),
                set.GetProperty("input_size").GetInt32()));
        Assert.Matches("^[0-9a-f]{64}$", set.GetProperty("test").GetProperty("sha256").GetString()!);
        Assert.Equal(["0 class0 2 2", "1 class1 2 2"], set.GetProperty("classes").EnumerateArray()
            .Select(c => $"{c.GetProperty("label")} {c.GetProperty("name")} {c.GetProperty("train")} {c.GetProperty("test")}"));
        Assert.Equal(0, set.GetProperty("notes").GetArrayLength());
        Assert.StartsWith("datasets:\n  - {name: folder, path: ", set.GetProperty("study").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_machine_is_described_with_a_state_for_each_finding()
    {
        JsonElement findings = Listing("doctor");
        Assert.Equal("postern", Names(findings)[0]);
        Assert.All(findings.EnumerateArray(),
            f => Assert.Equal(f.GetProperty("state").GetString() == "ok", f.GetProperty("cure").ValueKind == JsonValueKind.Null));
        JsonElement scan = findings.EnumerateArray().Single(f => f.GetProperty("name").GetString() == "path scan");
        Assert.Equal(["avx512", "avx2", "portable", "plain"],
            scan.GetProperty("candidates").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        JsonElement used = scan.GetProperty("candidates").EnumerateArray().Single(c => c.GetProperty("in_use").GetBoolean());
        Assert.Equal(("passed", true),
            (used.GetProperty("outcome").GetString(), used.GetProperty("largest_difference").GetDouble() < 1e-5));
    }

    [Fact]
    public void A_weight_file_is_described_also_where_it_does_not_fit()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("w.safetensors");
        AtomicFile.Write(file, stream => Postern.Models.Checkpoints.SafeTensors.Write(stream,
            new Dictionary<string, TorchSharp.torch.Tensor> { ["odd\u001b[2J"] = TorchSharp.torch.zeros(2, 3) }));
        (int code, string output, _) = Run(["models", "info", file, "--keys", "--json"]);
        Assert.Equal(1, code);
        Assert.DoesNotContain('\u001b', output);
        JsonElement found = JsonDocument.Parse(output).RootElement;
        Assert.Equal((false, JsonValueKind.Null, 6),
            (found.GetProperty("fits").GetBoolean(), found.GetProperty("model").ValueKind,
                found.GetProperty("values").GetInt32()));
        Assert.Equal("""{"name":"odd\u001B[2J","shape":[2,3],"type":"Float32"}""",
            JsonSerializer.Serialize(found.GetProperty("keys")[0]));
        (code, output, _) = Run(["models", "info", file, "--model", "resnet-mini", "--json"]);
        Assert.Equal(1, code);
        Assert.Equal("odd\u001b[2J", JsonDocument.Parse(output).RootElement.GetProperty("model").GetProperty("unexpected")[0]
            .GetString());
    }

    [Fact]
    public void A_study_that_is_not_run_is_listed_cell_by_cell()
    {
        using var study = new TinyStudy();
        JsonElement cells = Listing("run", study.Path, "--out", study.Runs(), "--dry-run");
        Assert.Equal(["signs resnet-mini none none 0", "signs resnet-mini badnets none 0"],
            cells.EnumerateArray().Select(c => string.Join(' ',
            c.GetProperty("dataset"), c.GetProperty("model"), c.GetProperty("attack"), c.GetProperty("defence"),
            c.GetProperty("seed"))));
        Assert.False(Directory.Exists(study.Runs()));
    }

    [Fact]
    public void Notes_go_to_standard_error()
    {
        using var folder = new TemporaryFolder();
        (int code, string output, string errors) =
            Run(["attacks", "blend", "--data", TinyPictures.Write(folder.Path), "--preview", folder.File("blend.png"), "--json"]);
        Assert.Equal(0, code);
        Assert.Equal("blend", JsonDocument.Parse(output).RootElement.GetProperty("name").GetString());
        Assert.Contains("PSNR", errors, StringComparison.Ordinal);
        Assert.Contains("blend.png", errors, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Members(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(m => Members(m.Value).Prepend(m.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Members),
        _ => [],
    };
}
