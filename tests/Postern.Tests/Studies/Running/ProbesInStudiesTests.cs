using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>Probes that a study asks for look into trained cells and, where asked, into cells that are trained.</summary>
[LongGroup("Long")]
public sealed class ProbesInStudiesTests : IDisposable
{
    private const int Epochs = 3;
    private const string Small = """
        datasets: [{name: signs, train: 160, test: 64}]
        models: [{name: vim-mini, embed_dim: 16, depth: 2}, resnet-mini]
        attacks: [none, {name: badnets, poison_rate: 0.1}]
        preset: quick
        train: {epochs: 3, lr: 0.003}

        """;
    private const string Probes = "probes: [{name: knock-outs, pictures: 12, intervene: forward-cut, every: 2}]\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void They_change_no_id_and_no_weights_and_look_only_where_they_fit()
    {
        Study plain = Read(""), asking = Read(Probes);
        Assert.Equal(plain.Cells.Select(c => c.Id), asking.Cells.Select(c => c.Id));
        Run(plain, "plain");
        Run(asking, "asking");
        foreach (Cell cell in plain.Cells)
        {
            string without = Of(plain, "plain", cell).Folder, with = Of(asking, "asking", cell).Folder;
            Assert.Equal(Bytes(without, "last.safetensors"), Bytes(with, "last.safetensors"));
            Assert.False(Directory.Exists(Path.Combine(without, "probes")));
            bool fits = cell.Model.Name == "vim-mini" && cell.Attack.Name == "badnets";
            Assert.Equal(fits ? 1 : 0, ProbeRecord.ReadAll(with).Count);
            if (!fits) continue;
            ProbeTrack track = Assert.Single(ProbeTrack.ReadAll(with));
            // Every second epoch and the last, after which the track and the record say the same.
            Assert.Equal([2, Epochs], track.Epochs.Select(e => e.Epoch));
            Assert.Equal(ProbeRecord.Read(with, asking.Probes[0])!.Finding.Numbers, track.Epochs[^1].Numbers);
        }
    }

    [Fact]
    public void Asked_for_later_they_look_into_the_finished_cells_and_train_nothing()
    {
        Study plain = Read(""), asking = Read(Probes);
        Run(plain, "runs");
        Assert.Contains(asking.Cells, c => new RunFolder(asking, folder.File("runs")).StateOf(c) is
        {
            Phase: CellPhase.Interrupted,
            Reason: "its knock-outs is still to be measured",
        });
        List<RunEvent> heard = Run(asking, "runs");
        Assert.Empty(heard.OfType<EpochFinished>());
        Cell probed = Assert.Single(heard.OfType<Preparing>().DistinctBy(p => p.Cell)) is var told
            ? asking.Cells.Single(c => c.Id == told.Cell) : null!;
        Assert.NotNull(ProbeRecord.Read(Of(asking, "runs", probed).Folder, asking.Probes[0]));
        Assert.Empty(Run(asking, "runs"));
        // With another number of pictures it is another finding.
        Assert.NotEmpty(Run(Read(Probes.Replace("12", "8", StringComparison.Ordinal)), "runs"));
        // A study elsewhere takes it along with the cell.
        Study other = Read("name: other\n" + Probes.Replace("12", "8", StringComparison.Ordinal));
        Assert.Empty(Run(other, "runs").OfType<Preparing>());
        Assert.NotNull(ProbeRecord.Read(Of(other, "runs", probed).Folder, other.Probes[0]));
        Assert.Equal(2, ProbeRecord.NamesIn(Of(other, "runs", probed).Folder).Count);
    }

    [Fact]
    public void A_training_that_was_stopped_finds_the_same_and_a_damaged_finding_fails_its_cell_alone()
    {
        string every = Probes.Replace("every: 2", "every: 1", StringComparison.Ordinal);
        Study study = Read(every).Only(["model=vim-mini", "attack=badnets"]);
        Run(study, "whole");
        using var stop = new CancellationTokenSource();
        int steps = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => new StudyRunner(new RunFolder(study, folder.File("stopped")),
            threads: 1, e =>
            {
                if (e is Stepped { Step.Epoch: Epochs } && ++steps == 1) stop.Cancel();
            }).Run(stop.Token));
        Run(study, "stopped");
        CellDirectory whole = Of(study, "whole", study.Cells[0]), stopped = Of(study, "stopped", study.Cells[0]);
        string found = $"probes/{Assert.Single(ProbeRecord.NamesIn(whole.Folder))}.json";
        foreach (string file in new[] { "last.safetensors", found, "probes/knock-outs.epochs.json" })
            Assert.Equal(Bytes(whole.Folder, file), Bytes(stopped.Folder, file));

        string record = Path.Combine(whole.Folder, found);
        File.WriteAllText(record, File.ReadAllText(record).Replace("\"pictures\": \"12\"", "\"pictures\": \"13\"",
            StringComparison.Ordinal));
        CellState state = new RunFolder(study, folder.File("whole")).StateOf(study.Cells[0]);
        Assert.Equal(CellPhase.Failed, state.Phase);
        Assert.Contains("delete the file", state.Reason, StringComparison.Ordinal);
        File.Delete(record);
        Run(study, "whole");
        Assert.Equal(Bytes(stopped.Folder, found), Bytes(whole.Folder, found));
    }

    private Study Read(string more) => StudyArguments.ReadFile(folder.File("probed.yaml", Small + more), []);

    private CellDirectory Of(Study study, string runs, Cell cell) => new RunFolder(study, folder.File(runs)).Of(cell);

    private List<RunEvent> Run(Study study, string runs)
    {
        var heard = new List<RunEvent>();
        RunSummary summary =
            new StudyRunner(new RunFolder(study, folder.File(runs)), threads: 1, heard.Add).Run(CancellationToken.None);
        Assert.Equal((study.Cells.Count, 0, 0), (summary.Done, summary.Failed, summary.Skipped));
        return heard;
    }

    private static byte[] Bytes(string folder, string file) => File.ReadAllBytes(Path.Combine(folder, file));
}
