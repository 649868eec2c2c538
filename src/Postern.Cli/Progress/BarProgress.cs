using System.Diagnostics;
using Postern.Studies;
using Postern.Training;
using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>Bars on a terminal: one for the study, one for the running cell with rate and time left.</summary>
internal sealed class BarProgress : IRunProgress
{
    private readonly Pace pace;
    private readonly ProgressTask study, cellBar;
    private readonly Stopwatch epochClock = new();
    private string measured = "";

    public BarProgress(Pace pace, ProgressContext context)
    {
        this.pace = pace;
        study = context.AddTask("study", maxValue: pace.Cells);
        cellBar = context.AddTask("cell");
    }

    public void Preparing(Cell cell, string ingredient, double fraction, string detail)
    {
        study.Value = pace.NumberOf(cell) - 1;
        cellBar.MaxValue = 1;
        cellBar.Value = fraction;
        cellBar.Description = Markup.Escape($"{Pace.NameOf(cell)}  preparing {ingredient}  {detail}");
    }

    public void CellStarted(Cell cell, int finishedEpochs)
    {
        pace.CellStarted(cell, finishedEpochs);
        study.Value = pace.NumberOf(cell) - 1;
        cellBar.MaxValue = cell.Training.Integer("epochs");
        cellBar.Value = finishedEpochs;
        measured = "";
        Describe(cell, "");
        epochClock.Restart();
    }

    public void Stepped(Cell cell, StepProgress step)
    {
        cellBar.Value = step.Epoch - 1 + step.Samples / (double)step.Total;
        Describe(cell, $"{step.Samples / epochClock.Elapsed.TotalSeconds:f0} img/s  loss {step.Loss:f3}");
    }

    public void EpochFinished(Cell cell, EpochMetrics epoch)
    {
        pace.EpochFinished(cell);
        measured = $"{Share("  ACC", epoch.Acc)}{Share("  ASR", epoch.Asr)}";
        epochClock.Restart();
    }

    public void CellFinished(Cell cell, CellResult result)
    {
        AnsiConsole.MarkupLineInterpolated($"[green]done[/] {Pace.NameOf(cell)}{Share("  ACC", result.Acc)}{Share("  ASR", result.Asr)}{Share("  RA", result.Ra)}");
        study.Value = pace.NumberOf(cell);
    }

    public void CellFailed(Cell cell, string error) => AnsiConsole.MarkupLineInterpolated($"[red]failed[/] {Pace.NameOf(cell)}: {error}");

    public void CellSkipped(Cell cell, string reason) => AnsiConsole.MarkupLineInterpolated($"[yellow]skipped[/] {Pace.NameOf(cell)}: {reason}");

    public void Noted(Cell cell, string note) => AnsiConsole.MarkupLineInterpolated($"[blue]note[/] {Pace.NameOf(cell)}: {note}");

    public void Warned(Cell cell, string warning) => AnsiConsole.MarkupLineInterpolated($"[yellow]warning[/] {Pace.NameOf(cell)}: {warning}");

    private static string Share(string name, double? value) => value is double share ? $"{name} {share:p1}" : "";

    private void Describe(Cell cell, string rate)
    {
        study.Description = $"cell {pace.NumberOf(cell)}/{pace.Cells}  {pace.LeftText}";
        cellBar.Description = Markup.Escape($"{Pace.NameOf(cell)}  {rate}{measured}");
    }
}
