using Postern.Studies;
using Postern.Training;
using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>Bars on a terminal: one for the study, one for each running cell with rate and time left.</summary>
internal sealed class BarProgress : IRunProgress
{
    private readonly Pace pace;
    private readonly ProgressTask study;
    private readonly CellBar[] bars;

    public BarProgress(Pace pace, ProgressContext context)
    {
        this.pace = pace;
        study = context.AddTask("study", maxValue: pace.Cells);
        study.Value = pace.Ended;
        bars = [.. Enumerable.Range(0, Math.Min(pace.Jobs, Math.Max(1, pace.Cells - pace.Ended))).Select(_ => new CellBar(pace, context.AddTask("cell")))];
    }

    public void Preparing(Cell cell, string ingredient, double fraction, string detail) => BarOf(cell).Preparing(cell, ingredient, fraction, detail);

    public void CellStarted(Cell cell, int finishedEpochs)
    {
        pace.CellStarted(cell, finishedEpochs);
        BarOf(cell).Started(cell, finishedEpochs);
        Describe();
    }

    public void Stepped(Cell cell, StepProgress step) => BarOf(cell).Stepped(cell, step);

    public void EpochFinished(Cell cell, EpochMetrics epoch)
    {
        pace.EpochFinished(cell);
        BarOf(cell).Measured($"{Share("  ACC", epoch.Acc)}{Share("  ASR", epoch.Asr)}");
        Describe();
    }

    public void CellFinished(Cell cell, CellResult result)
    {
        AnsiConsole.MarkupLineInterpolated($"[green]done[/] {Pace.NameOf(cell)}{Share("  ACC", result.Acc)}{Share("  ASR", result.Asr)}{Share("  RA", result.Ra)}");
        Ended(cell);
    }

    public void CellFailed(Cell cell, string error)
    {
        AnsiConsole.MarkupLineInterpolated($"[red]failed[/] {Pace.NameOf(cell)}: {error}");
        Ended(cell);
    }

    public void CellSkipped(Cell cell, string reason) => AnsiConsole.MarkupLineInterpolated($"[yellow]skipped[/] {Pace.NameOf(cell)}: {reason}");

    public void Noted(Cell cell, string note) => AnsiConsole.MarkupLineInterpolated($"[blue]note[/] {Pace.NameOf(cell)}: {note}");

    public void Warned(Cell cell, string warning) => AnsiConsole.MarkupLineInterpolated($"[yellow]warning[/] {Pace.NameOf(cell)}: {warning}");

    private static string Share(string name, double? value) => value is double share ? $"{name} {share:p1}" : "";

    private CellBar BarOf(Cell cell)
    {
        CellBar bar = Array.Find(bars, b => b.Shown == cell.Id) ?? Array.Find(bars, b => b.Shown is null) ?? bars[0];
        bar.Shown = cell.Id;
        return bar;
    }

    private void Ended(Cell cell)
    {
        pace.CellEnded(cell);
        if (Array.Find(bars, b => b.Shown == cell.Id) is CellBar bar) bar.Shown = null;
        study.Value = pace.Ended;
        Describe();
    }

    private void Describe() => study.Description = $"{pace.Ended} of {pace.Cells} cells  {pace.LeftText}";
}
