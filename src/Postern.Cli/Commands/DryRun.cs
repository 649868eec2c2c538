using System.Globalization;
using Postern.Cli.Json;
using Postern.Cli.Progress;
using Postern.Studies;
using Postern.Studies.Jobs;
using Postern.Training;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern run STUDY --dry-run</c>: the cells, their state, and what the rest would cost on this machine.</summary>
internal static class DryRun
{
    private sealed record Line(
        string Id, string Dataset, string Model, string Attack, string Defence, long Seed, string State,
        IReadOnlyDictionary<string, string> AttackOptions, IReadOnlyDictionary<string, string> DefenceOptions,
        string DatasetLabel, string ModelLabel, string AttackLabel, string DefenceLabel, string? Pretraining, string? TrainedBy);

    /// <summary>A JSON array of the study's cells and nothing else.</summary>
    public static void WriteJson(RunFolder run) => JsonOutput.Write(run.Study.Cells.Select(c => new Line(
        c.Id, c.Dataset.Name, c.Model.Name, c.Attack.Name, c.Defence.Name, c.Seed, State(run, c),
        c.Attack.Values, c.Defence.Values, c.DatasetLabel, c.ModelLabel, c.AttackLabel, c.DefenceLabel,
        run.Study.Work.Of(c).Pretraining?.Id, run.Study.Work.Of(c).TrainedBy?.Id)));

    /// <summary>A table of the cells, and hours and disk.</summary>
    public static void Write(RunFolder run, int threads, CardShares cards)
    {
        Study study = run.Study;
        bool defended = study.Cells.Any(c => c.IsDefended);
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("cell", "dataset", "model", "attack");
        if (defended) table.AddColumn("defence");
        table.AddColumns("seed", "state");
        foreach (Cell cell in study.Cells)
        {
            string[] cells = [cell.Id, cell.DatasetLabel, cell.ModelLabel, cell.AttackLabel,
                .. defended ? new[] { cell.DefenceLabel } : [], $"{cell.Seed}", State(run, cell)];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated($"{study.Cells.Count} cells, nothing run");
        foreach (string path in study.Missing) AnsiConsole.MarkupLineInterpolated($"[yellow]missing[/] {path}: needed to run");
        if (cards.Count > 0)
            AnsiConsole.MarkupLineInterpolated(
                $"computed on {cards}; --jobs auto: {JobCount.Auto(run, threads, memory: 0, cards.Count)} cells side by side, one on each");
        TorchThreads.Use(new ThreadBudget(threads));
        Print(StudyCost.Of(run, StepCost.Measure), threads);
    }

    private static void Print(StudyCost cost, int threads)
    {
        if (cost.Trainings + cost.Tests == 0) return;
        foreach (string guess in cost.Guesses) AnsiConsole.MarkupLineInterpolated($"[yellow]guessed[/] {guess}");
        foreach ((string model, StepCost step) in cost.ByModel)
            AnsiConsole.MarkupLineInterpolated(
                $"{model}: {ShortNumber.Rate(1 / step.TrainSeconds)} img/s in training, {ShortNumber.Rate(1 / step.TestSeconds)} img/s in tests");
        string tests = cost.Tests == 0
            ? "" : string.Create(CultureInfo.InvariantCulture, $", {cost.Tests} cells that only test weights of another");
        AnsiConsole.MarkupLineInterpolated(
            $"to do: {cost.Trainings} trainings{tests}; {Count(cost.Pictures)} training pictures");
        AnsiConsole.MarkupLineInterpolated(
            $"on this machine with {threads} threads: about {Time(cost.Seconds)}, {cost.Bytes / 1e9:0.##} GB on disk");
        if (cost.Prepared.Count > 0)
            AnsiConsole.MarkupLineInterpolated($"not counted: what {string.Join(", ", cost.Prepared)} must learn first");
        if (cost.Probed.Networks > 0)
            AnsiConsole.MarkupLineInterpolated(
                $"not counted: what {string.Join(", ", cost.Probed.Names)} look at in {cost.Probed.Networks} networks; postern probes says what each costs");
    }

    private static string Count(long pictures) => pictures >= 100_000
        ? string.Create(CultureInfo.InvariantCulture, $"{pictures / 1e6:0.##} million")
        : pictures.ToString(CultureInfo.InvariantCulture);

    private static string Time(double seconds) => seconds switch
    {
        < 90 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} seconds"),
        < 5400 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} minutes"),
        < 200 * 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0} hours"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:#,0} hours ({seconds / 86400:#,0} days)"),
    };

    private static string State(RunFolder run, Cell cell)
    {
        CellState state = run.StateOf(cell);
        return state.Phase switch
        {
            CellPhase.NotStarted => "-",
            CellPhase.Running => string.Create(CultureInfo.InvariantCulture, $"running, epoch {state.Epoch} of {state.Epochs}"),
            CellPhase.Interrupted =>
                string.Create(CultureInfo.InvariantCulture, $"interrupted at epoch {state.Epoch} of {state.Epochs}"),
            _ => state.Phase.ToString().ToLowerInvariant(),
        };
    }
}
