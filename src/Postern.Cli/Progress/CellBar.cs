using Postern.Studies;
using Postern.Training;
using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>The bar of one running cell; the next cell takes it over.</summary>
internal sealed class CellBar(Pace pace, ProgressTask bar)
{
    private string measured = "";

    /// <summary>Id of the cell that it shows; null while it is free.</summary>
    public string? Shown { get; set; }

    public void Preparing(Cell cell, string ingredient, double fraction, string detail)
    {
        bar.MaxValue = 1;
        bar.Value = fraction;
        Describe(cell, $"preparing {ingredient}  {detail}");
    }

    public void Started(Cell cell, int finishedEpochs)
    {
        bar.MaxValue = cell.Training.Integer("epochs");
        bar.Value = finishedEpochs;
        measured = "";
        Describe(cell, "");
    }

    public void Stepped(Cell cell, StepProgress step)
    {
        bar.Value = step.Epoch - 1 + step.Samples / (double)step.Total;
        Describe(cell, $"{step.Samples / pace.SecondsOfEpoch(cell):f0} img/s  loss {step.Loss:f3}{measured}");
    }

    public void Measured(string text) => measured = text;

    private void Describe(Cell cell, string text) => bar.Description = Markup.Escape($"{Pace.NameOf(cell)}  {text}");
}
