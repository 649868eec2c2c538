using System.Text.Json.Nodes;
using Json.Schema;
using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>The schema that editors check study files by, against the catalogues and every study here.</summary>
public class StudySchemaTests
{
    private static readonly string Studies = Path.Combine(SharedMaterial.RepositoryRoot, "studies");

    private static readonly Lazy<JsonSchema> Schema = new(() => JsonSchema.FromText(StudySchema.Text(StudyArguments.Catalogs)));

    [Fact]
    public void The_schema_in_the_repository_is_what_the_catalogues_make()
    {
        string path = Path.Combine(Studies, StudySchema.File), text = StudySchema.Text(StudyArguments.Catalogs);
        if (Environment.GetEnvironmentVariable("POSTERN_ACCEPT") == "1") File.WriteAllText(path, text);
        Assert.True(text == (File.Exists(path) ? File.ReadAllText(path) : ""),
            $"{path} is not what the catalogues make; run this test with POSTERN_ACCEPT=1 and commit it");
    }

    [Theory]
    [MemberData(nameof(RepositoryStudiesTests.Files), MemberType = typeof(RepositoryStudiesTests))]
    public void Every_study_here_passes_and_names_it_in_its_first_line(string file)
    {
        string path = Path.Combine(Studies, file), text = File.ReadAllText(path);
        Assert.True(IsValid(YamlJson.Read(text)));
        string named = text.Split('\n')[0][StudySchema.Line("").Length..];
        Assert.Equal(StudySchema.Line(named), text.Split('\n')[0]);
        Assert.Equal(Path.Combine(Studies, StudySchema.File),
            Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, named)));
        Assert.True(IsValid(YamlJson.Read(StudyArguments.ReadFile(path, [], planOnly: true).Yaml.Value)));
    }

    [Fact]
    public void A_misspelt_key_of_any_kind_fails()
    {
        var seen = new HashSet<string>();
        foreach (string file in RepositoryStudiesTests.Files.Select(f => f.Data))
        {
            JsonNode study = YamlJson.Read(File.ReadAllText(Path.Combine(Studies, file)))!;
            foreach ((string kind, string path) in Keys(study, "", ""))
            {
                if (!seen.Add(kind)) continue;
                Assert.False(IsValid(Misspelt(study, path)), $"{path} may be misspelt");
            }
        }
        Assert.True(seen.Count > 40, $"{seen.Count} kinds of keys");
    }

    [Theory]
    [InlineData("attacks: [badnts]")]
    [InlineData("attacks: [{name: badnets, poison_rate: 2}]")]
    [InlineData("attacks: [{name: badnets, poison_rate: [0.1, many]}]")]
    [InlineData("attacks: [{name: none, alpha: 0.1}]")]
    [InlineData("attacks: []")]
    [InlineData("attacks: badnets")]
    [InlineData("attacks: [none]\nseeds: [a]")]
    [InlineData("attacks: [none]\ntrain: {epochs: [1, 2]}")]
    [InlineData("attacks: [none]\nmeasures: [adversarail]")]
    [InlineData("attacks: [none]\nprobes: [knock-out]")]
    [InlineData("attacks: [none]\nprobes: [{name: knock-outs, every: -1}]")]
    public void What_a_study_refuses_fails(string attacks) =>
        Assert.False(IsValid(YamlJson.Read($"datasets: [signs]\nmodels: [vim-mini]\npreset: quick\n{attacks}\n")));

    [Fact]
    public void Grids_names_of_classes_and_lists_pass() => Assert.True(IsValid(YamlJson.Read("""
        datasets: [{name: signs, train: [100, 200]}]
        models: [{name: vim, depth: [3, 6], label: 1}]
        attacks: [{name: badnets, poison_rate: [0.01, 0.05], target: stop, trigger_size: [[3, 3], [5, 5]]}]
        defences: [none, {name: patch-drop, protocol: [test, train]}]
        preset: quick
        """)));

    private static bool IsValid(JsonNode? study) => Schema.Value.Evaluate(YamlJson.Element(study)).IsValid;

    /// <summary>Every key with its kind (where it stands, list positions left out, entries by name) and its path.</summary>
    private static IEnumerable<(string Kind, string Path)> Keys(JsonNode? node, string kind, string path) => node switch
    {
        JsonObject map => map.SelectMany(e => Keys(e.Value, $"{kind}/{map["name"]}.{e.Key}", $"{path}/{e.Key}")
            .Prepend(($"{kind}/{map["name"]}.{e.Key}", $"{path}/{e.Key}"))),
        JsonArray list => list.Index().SelectMany(i => Keys(i.Item, kind, $"{path}/{i.Index}")),
        _ => [],
    };

    private static JsonNode Misspelt(JsonNode study, string path)
    {
        JsonNode copy = study.DeepClone(), at = copy;
        string[] parts = path.Split('/')[1..];
        foreach (string part in parts[..^1]) at = (at is JsonArray list ? list[int.Parse(part, null)] : at[part])!;
        JsonNode? value = at[parts[^1]]?.DeepClone();
        ((JsonObject)at).Remove(parts[^1]);
        ((JsonObject)at)[$"{parts[^1]}x"] = value;
        return copy;
    }
}
