using Postern.Configuration;
using Postern.Datasets;
using Postern.Reports.Page;
using Postern.Samples;
using Postern.Studies;
using Postern.Tests.Defences;
using Postern.Tests.Models;

namespace Postern.Tests.Studies;

/// <summary>
/// A dataset, a model, an attack and a defence that Postern does not have, each added as its page under docs/ says (one file and
/// one line of a catalogue), are named by a study, run, and stand in its report.
/// </summary>
[LongGroup("Long")]
public sealed class AddedPartsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static StudyCatalogs Added => ShippedCatalogs.All
        .WithDatasets(new Stripes())
        .WithModels(PatchMlp.Entry("patch-mlp", "a perceptron over each patch", patch: 4, dim: 32))
        .WithAttacks(WhiteColumn.Entry)
        .WithDefences(FineTuning.Entry);

    [Fact]
    public void Added_parts_run_together_and_are_reported_without_a_change_elsewhere()
    {
        string file = folder.File("added.yaml", """
            datasets: [{name: stripes, train: 400}]
            models: [{name: patch-mlp, patch_size: 8}]
            attacks: [none, {name: white-column, poison_rate: 0.1, column: 6}]
            defences: [none, {name: tune, tune_epochs: 2}]
            preset: quick
            train: {epochs: 30, lr: 0.01, augment: none, eval_every: 0}
            """);
        var run = new RunFolder(StudyFile.Read(file, Added, []), folder.File("runs"));
        RunSummary summary = new StudyRunner(run, threads: 2, _ => { }).Run(CancellationToken.None);
        Assert.Equal((4, 0, 0), (summary.Done, summary.Failed, summary.Skipped));
        CellResult[] results = [.. run.Study.Cells.Select(c => run.Of(c).ReadResult()!)];
        Assert.All(results, r => Assert.True(r.Acc > 0.9, $"{r.Id}: {r.Acc}"));
        CellResult attacked = results.Single(r => r.Asr is not null && r.TrainedBy is null);
        Assert.True(attacked.Asr > 0.9, $"{attacked.Asr}");
        Assert.Equal(40, attacked.Poisoned);
        string page = File.ReadAllText(HtmlReport.Write(run));
        Assert.All(new[] { "stripes", "patch-mlp", "white-column", "tune" },
            name => Assert.Contains(name, page, StringComparison.Ordinal));
    }

    [Fact]
    public void An_added_option_is_checked_as_any_other()
    {
        string file = folder.File("added.yaml", """
            datasets: [stripes]
            models: [patch-mlp]
            attacks: [{name: white-column, colunm: 6}]
            preset: quick
            """);
        Assert.Contains("column", Assert.Throws<InputException>(() => StudyFile.Read(file, Added, [])).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Bright rows at heights of their own, made and not read.</summary>
    private sealed class Stripes : IDatasetEntry
    {
        public string Name => "stripes";

        public string Summary => "stripes at 8x8";

        public IReadOnlyList<OptionInfo> Options { get; } =
            [new("train", OptionKind.Integer, "200", "training pictures drawn") { Min = 1 }];

        public bool Recognises(string path) => false;

        public DatasetScale ScaleOf(Choice choice) => new(choice.Integer("train"), Test: 80, InputSize: 8, Classes: 4);

        public Dataset Open(Choice choice) => new(Name, new StripeImages(choice.Integer("train")), new StripeImages(80, seed: 2),
            8, [0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f], 0, "crop", "drawn");
    }
}
