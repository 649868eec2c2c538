using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>The bar of one running cell; the next cell takes it over.</summary>
internal sealed class CellBar(Pace pace, RowColumn column, ProgressTask task)
{
    private string measured = "";

    /// <summary>Id of the cell that it shows; null while it is free.</summary>
    public string? Shown { get; set; }

    /// <summary>Shows how far the cell is.</summary>
    public void Show(RunEvent happened)
    {
        Cell cell = pace.CellOf(happened);
        double epochs = Math.Max(1, cell.Training.Integer("epochs"));
        switch (happened)
        {
            case Preparing e:
                Draw(cell, e.Fraction, $"preparing {e.Artifact}", e.Detail);
                break;
            case CellStarted e:
                measured = "";
                Draw(cell, e.FinishedEpochs / epochs);
                break;
            case Stepped { Step: var step } e:
                double ofEpoch = step.Samples / (double)step.Total;
                Draw(cell, (step.Epoch - 1 + ofEpoch) / epochs,
                    $"{ShortNumber.Rate(step.Samples / pace.SecondsOfEpoch(e.Cell))} img/s",
                    Pace.Text(pace.LeftOf(e.Cell, ofEpoch)), $"loss {step.Loss:f3}", measured.TrimStart());
                break;
            case EpochFinished { Epoch: var epoch }:
                measured = Shares.Text(epoch.Acc, epoch.Asr);
                break;
        }
    }

    private void Draw(Cell cell, double share, params string[] facts) =>
        column.Show(task, new ProgressRow(Pace.NameOf(cell), share, [$"{share,4:p0}", .. facts]));
}
