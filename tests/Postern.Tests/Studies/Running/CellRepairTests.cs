using Postern.Cli.Commands;
using Postern.Configuration;
using Postern.Defences;
using Postern.Evaluation;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Studies;
using Postern.Tests.Defences;

namespace Postern.Tests.Studies;

/// <summary>A repair is a task of its own between a training and a measurement.</summary>
[LongGroup("Long")]
public sealed class CellRepairTests : IDisposable
{
    private const string Small = """
        datasets: [{name: signs, train: 320, test: 64}]
        models: [resnet-mini]
        attacks: [{name: badnets, poison_rate: 0.1}]
        defences: [none, tune]
        preset: quick
        train: {epochs: 2, lr: 0.003}
        """;

    private static readonly StudyCatalogs WithRepair = StudyArguments.Catalogs with
    {
        Defences = new Catalog<ICatalogEntry>("defence", [.. DefenceCatalog.All, FineTuning.Entry]),
    };

    private readonly TemporaryFolder folder = new();
    private readonly List<RunEvent> heard = [];

    public void Dispose() => folder.Dispose();

    private RunFolder Folder => new(StudyFile.Read(folder.File("small.yaml", Small), WithRepair, []), folder.File("runs"));

    private RunFolder Run()
    {
        heard.Clear();
        RunSummary summary = new StudyRunner(Folder, threads: 1, heard.Add).Run(CancellationToken.None);
        Assert.Equal((2, 0, 0), (summary.Done, summary.Failed, summary.Skipped));
        return Folder;
    }

    private static Cell Tuned(RunFolder run) => run.Study.Cells.Single(c => c.DefenceLabel == "tune");

    [Fact]
    public void A_repair_takes_trained_weights_and_gives_new_ones_that_are_measured_before_them()
    {
        RunFolder run = Run();
        Cell none = run.Study.Cells.Single(c => c.DefenceLabel == "none"), tuned = Tuned(run);
        Assert.Equal(2, heard.OfType<EpochFinished>().Count());
        CellResult trained = run.Of(none).ReadResult()!, repaired = run.Of(tuned).ReadResult()!;
        Assert.Equal(none.Id, repaired.TrainedBy);
        Assert.Equal([MeasuredWeights.Repaired, MeasuredWeights.Last], repaired.Measurements.Select(m => m.Weights));
        Assert.Equal(trained.Measurements[0].Acc, repaired.Measurements[1].Acc);
        Assert.Equal(trained.Measurements[0].Asr, repaired.Measurements[1].Asr);
        Assert.NotEqual(File.ReadAllBytes(Path.Combine(run.Of(none).Folder, "last.safetensors")),
            File.ReadAllBytes(run.Of(tuned).RepairedPath));
        using Backbone model = ModelCatalog.Create(tuned.Model, trained.PerClassTotal.Count, 32, seed: 9);
        Weights.Load(model, run.Of(tuned).RepairedPath);
    }

    [Fact]
    public void What_was_repaired_before_a_stop_is_not_repaired_again_and_gives_the_same_result()
    {
        RunFolder run = Run();
        CellDirectory directory = run.Of(Tuned(run));
        CellResult whole = directory.ReadResult()!;
        byte[] weights = File.ReadAllBytes(directory.RepairedPath);
        File.Delete(directory.ResultPath);
        Run();
        Assert.DoesNotContain(heard.OfType<Preparing>(), e => e.Artifact == "repair");
        Assert.Equal(whole.Measurements, directory.ReadResult()!.Measurements);

        File.Delete(directory.ResultPath);
        File.Delete(directory.RepairedPath);
        Run();
        Assert.Contains(heard.OfType<Preparing>(), e => e.Artifact == "repair");
        Assert.Equal(weights, File.ReadAllBytes(directory.RepairedPath));
        Assert.Equal(whole.Measurements, directory.ReadResult()!.Measurements);
    }

    [Fact]
    public void The_graph_has_training_repair_and_measurement_in_this_order()
    {
        RunFolder run = Folder;
        MeasureTask measure = run.Study.Work.Of(Tuned(run));
        Assert.Same(measure.Weights, measure.Repair!.Trained);
        TaskGroup group = Assert.Single(run.Study.Work.Groups, g => g.Place == Tuned(run).Id);
        Assert.Equal([measure.Repair.Id, measure.Id], group.Tasks.Select(t => t.Id));
        Assert.Equal([measure.Weights.Id], group.Inputs.Select(i => i.Id));
        Assert.Null(run.Study.Work.Of(run.Study.Cells[0]).Repair);
    }

    [Fact]
    public void An_entry_that_hides_its_repair_is_a_defect_that_shows_at_once()
    {
        Choice hidden = new(FineTuning.Entry with { Repairs = false });
        Assert.Contains("tune", Assert.Throws<InvalidOperationException>(
            () => DefenceCatalog.Create(hidden, SampleDefences.Stripes())).Message, StringComparison.Ordinal);
    }
}
