using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>Bars on a terminal: one for the study, one for each running cell with rate and time left.</summary>
internal sealed class BarProgress
{
    private readonly Pace pace;
    private readonly ProgressContext context;
    private readonly RowColumn column;
    private readonly ProgressTask study;
    private readonly List<CellBar> bars = [];

    public BarProgress(Pace pace, ProgressContext context, RowColumn column)
    {
        this.pace = pace;
        this.context = context;
        this.column = column;
        study = context.AddTask("study");
        ShowStudy();
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
                AnsiConsole.MarkupLineInterpolated($"[yellow]put off[/] {name}: {e.Reason}");
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
        if (happened is CellStarted or EpochFinished or CellFinished or CellFailed) ShowStudy();
    }

    private void ShowStudy() => column.Show(study, new ProgressRow(
        $"{pace.Ended} of {pace.Cells} cells", pace.Cells == 0 ? 1 : pace.Ended / (double)pace.Cells, pace.LeftText));

    // A bar appears with the first cell that needs it, so that each has a name from its start.
    private CellBar BarOf(string cell)
    {
        CellBar? bar = bars.Find(b => b.Shown == cell) ?? bars.Find(b => b.Shown is null);
        if (bar is null) bars.Add(bar = new CellBar(pace, column, context.AddTask(cell)));
        bar.Shown = cell;
        return bar;
    }

    private void Free(string cell)
    {
        if (bars.Find(b => b.Shown == cell) is CellBar bar) bar.Shown = null;
    }
}
