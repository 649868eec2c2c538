using Postern.Cli;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

[LongGroup("Long")]
public sealed class ProbeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

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
        string file = Assert.Single(Directory.GetFiles(runs, "knock-outs-*.json", SearchOption.AllDirectories));
        Assert.Contains("vim-mini_badnets", file, StringComparison.Ordinal);
        string cell = Path.GetDirectoryName(Path.GetDirectoryName(file))!;
        ProbeRecord record = Assert.Single(ProbeRecord.ReadAll(cell));
        Assert.Equal("20", record.Options["pictures"]);
        Assert.NotNull(record.Finding["edge-cut-asr-change"]);
        Assert.Equal(0, Program.Run(["probe", cell, "--pictures", "10"], errors));
        Assert.Equal(["10", "20"], ProbeRecord.ReadAll(cell).Select(r => r.Options["pictures"]).Order());
        Assert.Equal(2, Program.Run(["probe", study, "--out", runs, "--only", "model=resnet-mini"], errors));
        Assert.Contains("its network is no Vim", errors.ToString(), StringComparison.Ordinal);
    }
}
