using Postern.Studies;

namespace Postern.Cli.Progress;

/// <summary>One line an epoch, for logs.</summary>
internal sealed class PlainProgress(Pace pace, TextWriter output)
{
    private readonly Dictionary<string, PreparationLines> preparations = new(StringComparer.Ordinal);

    /// <summary>Writes what is worth a line.</summary>
    public void Show(RunEvent happened)
    {
        pace.Hear(happened);
        if (TextOf(happened) is not string text) return;
        Cell cell = pace.CellOf(happened);
        output.WriteLine(
            $"[{pace.NumberOf(cell)}/{pace.Cells}] {ControlCharacters.Shown($"{Pace.NameOf(cell)}: {text.TrimEnd()}")}");
        output.Flush();
    }

    // A log wants epochs, not steps.
    private string? TextOf(RunEvent happened) => happened switch
    {
        Preparing e => LinesOf(e.Cell).Due(e.Fraction) ? PreparationLines.Line(e.Artifact, e.Fraction, e.Detail) : null,
        CellStarted { FinishedEpochs: > 0 } e => $"goes on after epoch {e.FinishedEpochs}",
        EpochFinished { Epoch: EpochMetrics epoch } e =>
            $"epoch {epoch.Epoch}/{pace.CellOf(e).Training.Integer("epochs")}  loss {epoch.Loss:f3}"
            + $"{Shares.Text(epoch.Acc, epoch.Asr)}  {ShortNumber.Rate(epoch.ImagesPerSecond)} img/s  {pace.LeftText}",
        CellFinished e => $"done{Shares.Text(e.Acc, e.Asr, e.Ra)}",
        CellFailed e => $"FAILED: {e.Error}",
        CellSkipped e => $"put off: {e.Reason}",
        Noted e => $"note: {e.Note}",
        Warned e => $"warning: {e.Warning}",
        _ => null,
    };

    private PreparationLines LinesOf(string cell)
    {
        if (!preparations.TryGetValue(cell, out PreparationLines? lines))
            preparations[cell] = lines = new PreparationLines(output);
        return lines;
    }
}
