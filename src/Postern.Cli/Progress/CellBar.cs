using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>The bar of one running cell; the next cell takes it over.</summary>
internal sealed class CellBar(Pace pace, ProgressTask bar)
{
    private string measured = "";

    /// <summary>Id of the cell that it shows; null while it is free.</summary>
    public string? Shown { get; set; }

    /// <summary>Shows how far the cell is.</summary>
    public void Show(RunEvent happened)
    {
        switch (happened)
        {
            case Preparing e:
                bar.MaxValue = 1;
                bar.Value = e.Fraction;
                Describe(e, $"preparing {e.Artifact}  {e.Detail}");
                break;
            case CellStarted e:
                bar.MaxValue = pace.CellOf(e).Training.Integer("epochs");
                bar.Value = e.FinishedEpochs;
                measured = "";
                Describe(e, "");
                break;
            case Stepped { Step: var step } e:
                bar.Value = step.Epoch - 1 + step.Samples / (double)step.Total;
                Describe(e, $"{step.Samples / pace.SecondsOfEpoch(e.Cell):f0} img/s  loss {step.Loss:f3}{measured}");
                break;
            case EpochFinished { Epoch: var epoch }:
                measured = Shares.Text(epoch.Acc, epoch.Asr);
                break;
        }
    }

    private void Describe(RunEvent happened, string text) =>
        bar.Description = Markup.Escape($"{Pace.NameOf(pace.CellOf(happened))}  {text}");
}
