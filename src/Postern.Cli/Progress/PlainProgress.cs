using Postern.Studies;
using Postern.Training;

namespace Postern.Cli.Progress;

/// <summary>One line an epoch, for logs.</summary>
internal sealed class PlainProgress(Pace pace, TextWriter output) : IRunProgress
{
    private readonly Dictionary<string, PreparationLines> preparations = new(StringComparer.Ordinal);

    public void Preparing(Cell cell, string ingredient, double fraction, string detail)
    {
        if (!preparations.TryGetValue(cell.Id, out PreparationLines? lines)) preparations[cell.Id] = lines = new PreparationLines(output);
        if (lines.Due(fraction)) Line(cell, PreparationLines.Line(ingredient, fraction, detail));
    }

    public void CellStarted(Cell cell, int finishedEpochs)
    {
        pace.CellStarted(cell, finishedEpochs);
        if (finishedEpochs > 0) Line(cell, $"goes on after epoch {finishedEpochs}");
    }

    public void Stepped(Cell cell, StepProgress step)
    {
        // A log wants epochs, not steps.
    }

    public void EpochFinished(Cell cell, EpochMetrics epoch)
    {
        pace.EpochFinished(cell);
        Line(cell, $"epoch {epoch.Epoch}/{cell.Training.Integer("epochs")}  loss {epoch.Loss:f3}{Share("  ACC", epoch.Acc)}{Share("  ASR", epoch.Asr)}"
            + $"  {epoch.ImagesPerSecond:f0} img/s  {pace.LeftText}");
    }

    public void CellFinished(Cell cell, CellResult result)
    {
        pace.CellEnded(cell);
        Line(cell, $"done  ACC {result.Acc:p1}{Share("  ASR", result.Asr)}{Share("  RA", result.Ra)}");
    }

    public void CellFailed(Cell cell, string error)
    {
        pace.CellEnded(cell);
        Line(cell, $"FAILED: {error}");
    }

    public void CellSkipped(Cell cell, string reason) => Line(cell, $"skipped: {reason}");

    public void Noted(Cell cell, string note) => Line(cell, $"note: {note}");

    public void Warned(Cell cell, string warning) => Line(cell, $"warning: {warning}");

    private static string Share(string name, double? value) => value is double share ? $"{name} {share:p1}" : "";

    private void Line(Cell cell, string text)
    {
        output.WriteLine($"[{pace.NumberOf(cell)}/{pace.Cells}] {Pace.NameOf(cell)}: {text.TrimEnd()}");
        output.Flush();
    }
}
