using System.Text.Json;
using Postern.Cli;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

[Trait("Category", "Long")]
public sealed class ProbeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ProbeTests() => LongGroup.Require("Long");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Finished_Vims_are_probed_and_what_is_none_is_left_out()
    {
        string study = folder.File("tiny.yaml", """
            datasets: [{name: signs, train: 160, test: 64}]
            models: [resnet-mini, {name: vim-mini, embed_dim: 16, depth: 2}]
            attacks: [none, {name: badnets, poison_rate: 0.1}]
            seeds: [0]
            preset: quick
            train: {epochs: 1}
            """), runs = folder.File("runs");
        using var errors = new StringWriter();
        Assert.Equal(2, Program.Run(["probe", study, "--out", runs], errors));
        Assert.Contains("it is not done", errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, Program.Run(["run", study, "--out", runs], errors));
        Assert.Equal(0, Program.Run(["probe", Path.Combine(runs, "tiny"), "--pictures", "20"], errors));
        string file = Assert.Single(Directory.GetFiles(runs, KnockOutRecord.FileName, SearchOption.AllDirectories));
        Assert.Contains("vim-mini_badnets", file, StringComparison.Ordinal);
        JsonElement result = JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.GetProperty("result");
        Assert.Equal(20, result.GetProperty("acc").GetProperty("total").GetInt32());
        Assert.Contains(result.GetProperty("rows").EnumerateArray(), r => r.GetProperty("name").GetString() == "edge-cut");
        Assert.Equal(2, Program.Run(["probe", study, "--out", runs, "--only", "model=resnet-mini"], errors));
        Assert.Contains("its network is no Vim", errors.ToString(), StringComparison.Ordinal);
    }
}
