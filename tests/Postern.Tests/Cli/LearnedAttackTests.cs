using System.Text.Json;
using Postern.Cli;

namespace Postern.Tests.Cli;

[LongGroup("Long")]
public class LearnedAttackTests
{
    private const string Quick =
        "surrogate: plain, surrogate_model: resnet-mini, surrogate_epochs: 8, surrogate_lr: 0.05, norm: linf, epsilon: 32, "
            + "step_size: 8, steps: 6";

    [Fact]
    public void Cells_of_any_rate_share_what_is_learned_and_record_how_good_it_is()
    {
        using var study = new TinyStudy(epochs: 1,
            attacks: $$"""[{name: clb, poison_rate: 0.02, accept: warn, {{Quick}}}, {name: clb, label: more, poison_rate: 0.05, accept: warn, {{Quick}}}]""");
        Assert.Equal((0, ""), Run(study));
        Assert.Equal(["clb-images", "clb-surrogate"], Ingredients(study).Select(d => Path.GetFileName(d)[..^9]));
        Assert.Equal(["images.safetensors", "ingredient.json"],
            Directory.EnumerateFileSystemEntries(Ingredients(study)[0]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["ingredient.json", "weights.safetensors"],
            Directory.EnumerateFileSystemEntries(Ingredients(study)[1]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        DateTime[] made = [.. Ingredients(study).Select(d => File.GetLastWriteTimeUtc(Path.Combine(d, "ingredient.json")))];
        JsonElement[] results = [.. study.Files("result.json").Select(Read)];
        Assert.Equal([3, 8], results.Select(r => r.GetProperty("poisoned").GetInt32()).Order());
        foreach (string cell in study.Files("cell.json"))
        {
            JsonElement[] checks = [.. Read(cell).GetProperty("acceptance").EnumerateArray()];
            Assert.Equal(["accuracy of the surrogate", "accuracy of the surrogate on perturbed pictures",
                "largest perturbation in 8-bit steps"], checks.Select(c => c.GetProperty("name").GetString()));
            Assert.InRange(checks[2].GetProperty("value").GetDouble(), 1, 32.5);
        }
        Assert.Equal(0, Run(study, "again").Code);
        Assert.Equal(made, Ingredients(study).Select(d => File.GetLastWriteTimeUtc(Path.Combine(d, "ingredient.json"))));
        Assert.Equal(study.Files("last.safetensors").Select(File.ReadAllBytes),
            study.Files("last.safetensors", "again").Select(File.ReadAllBytes));
    }

    [Fact]
    public void What_is_not_good_enough_fails_its_cell_with_value_and_limit_and_others_finish()
    {
        using var study = new TinyStudy(epochs: 1,
            attacks: $$"""[none, {name: clb, poison_rate: 0.02, surrogate: plain, surrogate_model: resnet-mini, surrogate_epochs: 1, surrogate_lr: 0, steps: 1, norm: linf}]""");
        Assert.Equal(1, Run(study).Code);
        string failure = Read(Assert.Single(study.Files("failure.json"))).GetProperty("error").GetString()!;
        Assert.StartsWith("clb: accuracy of the surrogate is ", failure, StringComparison.Ordinal);
        Assert.Contains("must be at least 0.25", failure, StringComparison.Ordinal);
        Assert.Single(study.Files("result.json"));
    }

    private static (int Code, string Errors) Run(TinyStudy study, string runs = "runs")
    {
        using var errors = new StringWriter();
        int code = Program.Run(["run", study.Path, "--out", study.Runs(runs)], errors);
        return (code, errors.ToString());
    }

    private static string[] Ingredients(TinyStudy study) =>
        [.. Directory.GetDirectories(Path.Combine(study.Runs(), ".ingredients")).Order(StringComparer.Ordinal)];

    private static JsonElement Read(string path) => JsonDocument.Parse(File.ReadAllText(path)).RootElement;
}
