using Postern.Cli.Commands;
using Postern.Evaluation;
using Postern.Imaging;
using Postern.Reports.Page;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>
/// Defences of every role in one study, from the file to the report: which tasks they share, and what they record.
/// </summary>
[Trait("Category", "Defences")]
public sealed class DefencesInStudiesTests : IDisposable
{
    private const string Small = """
        datasets: [{name: signs, train: 200, test: 86}]
        models: [resnet-mini]
        attacks: [{name: badnets, poison_rate: 0.1}]
        preset: quick
        train: {epochs: 3, lr: 0.003}
        defences:
          - none
          - {name: strip, overlays: 2}
          - {name: activation-clustering}
          - {name: abl, isolation_epochs: 1, unlearning_epochs: 1, share: 0.1}
          - {name: ft, tune_epochs: 2, tune_batch: 8}
          - {name: clp-linear}
          - {name: mm-bd, inputs: 2, steps: 3}
          - {name: neural-cleanse, form: tile, patch: 4, search_epochs: 1, search_pictures: 16}

        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Filters_are_between_two_trainings_and_repairs_have_a_clean_floor()
    {
        Study study = StudyArguments.ReadFile(folder.File("s.yaml", Small), []);
        Cell Of(string label) => study.Cells.Single(c => c.DefenceLabel == label);
        MeasureTask filtered = study.Work.Of(Of("activation-clustering")), tuned = study.Work.Of(Of("ft"));
        Assert.Null(filtered.TrainedBy);
        Assert.Equal(Of("none").Id, filtered.Filter!.Trained.Cell.Id);
        Assert.Contains(Of("none"), WorkGraph.NeededBy(filtered));
        Assert.Equal(("none", "ft"), (tuned.Floor!.Cell.Attack.Name, tuned.Floor.Cell.Defence.Name));
        Assert.Contains(tuned.Floor.Cell, WorkGraph.NeededBy(tuned));
        Assert.Null(study.Work.Of(tuned.Floor.Cell).Floor);
        // A clean row is that very cell.
        Study withClean = StudyArguments.ReadFile(folder.File("clean.yaml",
            Small.Replace("attacks: [", "attacks: [none, ", StringComparison.Ordinal)), []);
        Assert.Contains(withClean.Cells, c => c.Id == tuned.Floor.Cell.Id);
        Study untuned = StudyArguments.ReadFile(folder.File("untuned.yaml",
            Small.Replace("name: ft,", "name: ft, retune: false,", StringComparison.Ordinal)), []);
        Assert.Null(untuned.Work.Of(untuned.Cells.Single(c => c.DefenceLabel == "ft")).Floor);
    }

    [Fact]
    [LongGroup("Defences")]
    public void A_study_runs_defences_of_every_role_and_reports_them()
    {
        Study study = StudyArguments.ReadFile(folder.File("s.yaml", Small), []);
        var run = new RunFolder(study, folder.File("runs"));
        RunSummary summary = new StudyRunner(run, threads: 1, _ => { }).Run(CancellationToken.None);
        Assert.Equal((study.Cells.Count, 0, 0), (summary.Done, summary.Failed, summary.Skipped));
        CellResult Of(string label) => run.Of(study.Cells.Single(c => c.DefenceLabel == label)).ReadResult()!;

        CellResult none = Of("none");
        Assert.Equal((none.AccCorrect, none.AsrHits), (Of("strip").AccCorrect, Of("strip").AsrHits));
        Assert.Equal(none.AccTotal, Of("strip").Detections[0].FalsePositives.Total);
        Assert.True(Of("strip").DefenceSeconds > 0 && Of("strip").DefencePeakMemory > 0);

        CellDirectory clustered = run.Of(study.Cells.Single(c => c.DefenceLabel == "activation-clustering"));
        FilterRecord filter = clustered.ReadFilter()!;
        FilterResult found = Of("activation-clustering").Filtered!;
        Assert.Equal(filter.Removed.Count, found.TruePositives.Hits + found.FalsePositives.Hits);
        Assert.Equal(filter.Removed.Count, found.PerClass.Sum(p => p.Hits));
        Assert.Equal(200, found.PerClass.Sum(p => p.Total));
        Assert.NotNull(clustered.ReadMetrics());

        CellResult tuned = Of("ft");
        Assert.Equal([MeasuredWeights.Repaired, MeasuredWeights.Last], tuned.Measurements.Select(m => m.Weights));
        RetuningResult again = tuned.Retuning!;
        Assert.Equal((10, 5), (again.Pictures, again.Poisons));
        Assert.Equal(tuned.AsrHits, again.Before.Hits);
        Assert.Equal(tuned.AsrTotal, again.FloorAfter.Total);

        Assert.Contains("behind a norm", Of("clp-linear").NotApplicable);
        Assert.Equal(none.AccCorrect, Of("clp-linear").AccCorrect);
        Assert.True(Of("mm-bd").NotApplicable is not null || Of("mm-bd").Scans.Count == 1);

        ScanResult scan = Of("neural-cleanse").Scans[0];
        CellDirectory searched = run.Of(study.Cells.Single(c => c.DefenceLabel == "neural-cleanse"));
        byte[] triggers = searched.ReadTriggers(scan.TriggersFile!)!;
        int[] chosen = [.. new[] { scan.Suspect!.Value, searched.ReadDescription()!.TargetClass!.Value }.Distinct()];
        string brief = folder.File("brief.html");
        string page = File.ReadAllText(HtmlReport.Write(run, brief)), published = File.ReadAllText(brief);
        string all = Convert.ToBase64String(triggers),
            two = Convert.ToBase64String(CellDirectory.TriggersOf(triggers, "triggers", scan.Classes.Count, chosen));
        Assert.Contains(all, page);
        Assert.DoesNotContain(two, page);
        Assert.Contains(two, published);
        Assert.DoesNotContain(all, published);
        byte[] other = ImageFile.EncodePng(new RgbImage(5, 5));
        Assert.Throws<InputException>(() => CellDirectory.TriggersOf(other, "triggers", scan.Classes.Count, chosen));
        Assert.Contains("What stops it", page);
        Assert.Contains("ROC curves", page);
        Assert.Contains("tuned again", page);
    }
}
