using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>Bars on a terminal: one for the study, one for each running cell with rate and time left.</summary>
internal sealed class BarProgress
{
    private readonly Pace pace;
    private readonly ProgressTask study;
    private readonly CellBar[] bars;

    public BarProgress(Pace pace, ProgressContext context)
    {
        this.pace = pace;
        study = context.AddTask("study", maxValue: pace.Cells);
        study.Value = pace.Ended;
        int together = Math.Min(pace.Jobs, Math.Max(1, pace.Cells - pace.Ended));
        bars = [.. Enumerable.Range(0, together).Select(_ => new CellBar(pace, context.AddTask("cell")))];
    }

    /// <summary>Moves the bars, and writes what is worth a line above them.</summary>
    public void Show(RunEvent happened)
    {
        pace.Hear(happened);
        string name = Pace.NameOf(pace.CellOf(happened));
        switch (happened)
        {
            case CellFinished e:
                AnsiConsole.MarkupLineInterpolated($"[green]done[/] {name}{Shares.Text(e.Acc, e.Asr, e.Ra)}");
                Free(e.Cell);
                break;
            case CellFailed e:
                AnsiConsole.MarkupLineInterpolated($"[red]failed[/] {name}: {e.Error}");
                Free(e.Cell);
                break;
            case CellSkipped e:
                AnsiConsole.MarkupLineInterpolated($"[yellow]skipped[/] {name}: {e.Reason}");
                break;
            case Noted e:
                AnsiConsole.MarkupLineInterpolated($"[blue]note[/] {name}: {e.Note}");
                break;
            case Warned e:
                AnsiConsole.MarkupLineInterpolated($"[yellow]warning[/] {name}: {e.Warning}");
                break;
            case Preparing or CellStarted or Stepped or EpochFinished:
                BarOf(happened.Cell).Show(happened);
                break;
        }
        if (happened is CellStarted or EpochFinished or CellFinished or CellFailed)
            study.Description = $"{pace.Ended} of {pace.Cells} cells  {pace.LeftText}";
    }

    private CellBar BarOf(string cell)
    {
        CellBar bar = Array.Find(bars, b => b.Shown == cell) ?? Array.Find(bars, b => b.Shown is null) ?? bars[0];
        bar.Shown = cell;
        return bar;
    }

    private void Free(string cell)
    {
        if (Array.Find(bars, b => b.Shown == cell) is CellBar bar) bar.Shown = null;
        study.Value = pace.Ended;
    }
}
