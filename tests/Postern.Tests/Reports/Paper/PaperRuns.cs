using Postern.Evaluation;
using Postern.Reports.Paper;
using Postern.Reports.Tables;
using Postern.Studies;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports.Paper;

/// <summary>What a made-up cell measured, of 1000 pictures each; null for a cell that has not run.</summary>
internal sealed record MadeUp(int Acc, int? Asr = null, double Loss = 0.5);

/// <summary>Studies of the paper's cells with made-up results, without a file on disk.</summary>
internal static class PaperRuns
{
    public const string Yaml = """
        name: beside
        about: "Vim & MambaOut, 50% of it_made up"
        datasets: [{name: signs, paper: ImageNet-1K}]
        models: [{name: vim, paper: Vim-t}, {name: resnet-mini, label: "[mini]*", paper: MambaOut-t}]
        attacks:
          - {name: none, paper: None}
          - {name: badnets, paper: BadNets, poison_rate: 0.02}
          - {name: blend, paper: blend, label: "Blend | 5 % #1", poison_rate: 0.05}
        defences: [none, {name: patch-drop, paper: PatchDrop}]
        seeds: [0, 1, 2]
        preset: quick
        """;

    private const int Pictures = 1000;

    /// <summary>The file that comes with Postern.</summary>
    public static string PublishedPath { get; } = Path.Combine(SharedMaterial.RepositoryRoot, "studies", "paper",
        "published.yaml");

    /// <summary>Its content.</summary>
    public static PublishedValues Published { get; } = PublishedValues.Read(PublishedPath);

    /// <summary>Its content for a paper about the sample entries, so that made-up cells are the paper's own.</summary>
    public static PublishedValues PublishedAsSample { get; } = Published with
    {
        Datasets = [],
        DatasetEntries = [.. Published.DatasetEntries.Select(e => new PublishedEntry(e.Name, ["signs"]))],
        ModelEntries = [.. Published.ModelEntries.Select(e => new PublishedEntry(e.Name, ["vim", "resnet-mini"]))],
    };

    /// <summary>The study of <paramref name="yaml"/> with the results that <paramref name="measure"/> gives.</summary>
    public static StudySummary Summary(TemporaryFolder folder, string yaml, Func<Cell, MadeUp?> measure)
    {
        Study study = StudyFile.Read(folder.File("paper-runs.yaml", yaml), SampleCatalogs.All, []);
        return new StudySummary(study, [.. study.Cells.Select(c => Report(c, measure(c)))]);
    }

    /// <summary>A study with the usual mix: differences of every size, seeds that differ, cells that have not run.</summary>
    public static StudySummary Usual(TemporaryFolder folder) => Summary(folder, Yaml, cell =>
    {
        if (cell.Defence.Name != "none" && cell.Model.Name != "vim") return null;
        if (cell is { Seed: 2, Attack.Name: "blend" }) return null;
        int seed = (int)cell.Seed, drop = cell.Defence.Name == "none" ? 0 : 600;
        bool vim = cell.Model.Name == "vim";
        return cell.Attack.Name switch
        {
            "none" => new MadeUp((vim ? 780 : 790) + seed, null, 0.9),
            "badnets" => new MadeUp(760 + 3 * seed, (vim ? 985 : 350) + 4 * seed - drop),
            _ => new MadeUp(765 - 2 * seed, (vim ? 800 : 790) + 9 * seed - drop / 2, 0.6),
        };
    });

    private static CellReport Report(Cell cell, MadeUp? made) => made is null
        ? new CellReport(cell, new CellState(CellPhase.NotStarted, 0, 1), null, null, [], null)
        : new CellReport(cell, new CellState(CellPhase.Done, 1, 1), null, new CellResult
        {
            Id = cell.Id,
            Model = cell.Model.Name,
            Attack = cell.Attack.Name,
            Defence = cell.Defence.Name,
            Dataset = cell.Dataset.Name,
            Seed = cell.Seed,
            Measurements =
            [
                new Measurement(MeasuredWeights.Last, MeasuredInput.Plain, new Proportion(made.Acc, Pictures),
                    made.Asr is int hits ? new Proportion(hits, Pictures) : null, Ra: null),
            ],
            PerClassCorrect = [made.Acc],
            PerClassTotal = [Pictures],
            Poisoned = 0,
            Covers = 0,
            RequestedPoisons = 0,
            RequestedCovers = 0,
            Parameters = 1,
            Epochs = 1,
            FinalLoss = made.Loss,
            TrainSeconds = 1,
            FinishedUtc = DateTimeOffset.UnixEpoch,
        }, [], null);
}
