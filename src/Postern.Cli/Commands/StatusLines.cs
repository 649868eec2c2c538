using System.Globalization;
using Postern.Cli.Progress;
using Postern.Studies;

namespace Postern.Cli.Commands;

/// <summary>A study's status as lines of text, a cell each, for <c>postern status</c>.</summary>
internal static class StatusLines
{
    private const int WordWidth = 8;

    /// <summary>What is counted, then a line for each cell; where there is more to read, a line for that.</summary>
    /// <param name="status">The status.</param>
    /// <param name="all">Whether cells are listed that are done or have not begun, too.</param>
    public static IEnumerable<string> Of(StudyStatus status, bool all)
    {
        yield return Summary(status);
        foreach (string note in status.Notes) yield return Line("note", note);
        foreach (string preparation in status.Preparations) yield return Line("prepares", preparation);
        foreach (CellStatus cell in status.Cells)
        {
            if (!all && cell.State.Phase is (CellPhase.Done or CellPhase.NotStarted or CellPhase.Waiting)) continue;
            yield return Line(Word(cell.State.Phase),
                string.Join("  ", new[] { cell.Cell.Id, Facts(cell) }.Where(t => t.Length > 0)));
            if (cell.State.Phase is CellPhase.Running or CellPhase.Failed or CellPhase.Interrupted)
                yield return Line("", $"log {cell.Log}");
        }
    }

    /// <summary>A phase as it is said here.</summary>
    public static string Word(CellPhase phase) => phase switch
    {
        CellPhase.NotStarted => "waiting",
        CellPhase.Interrupted => "stopped",
        _ => phase.ToString().ToLowerInvariant(),
    };

    private static string Summary(StudyStatus status)
    {
        IEnumerable<(int Count, string Word)> counts = status.Cells.GroupBy(c => Word(c.State.Phase), StringComparer.Ordinal)
            .Select(g => (g.Count(), g.Key));
        return string.Create(CultureInfo.InvariantCulture, $"{status.Study.Name}: {status.Cells.Count} cells, ")
            + string.Join(", ", counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count} {c.Word}")));
    }

    private static string Facts(CellStatus cell)
    {
        CellState state = cell.State;
        string[] facts = state.Phase switch
        {
            CellPhase.Running =>
            [
                Epoch(state), cell.ImagesPerSecond is double rate ? $"{ShortNumber.Rate(rate)} img/s" : "",
                cell.SecondsLeft is double left ? Pace.Text(TimeSpan.FromSeconds(left)) : "", cell.Holder ?? "",
                state.Reason ?? "",
            ],
            CellPhase.Interrupted => [Epoch(state), state.Reason ?? "", "the next run goes on"],
            _ => [state.Reason ?? "", cell.Holder ?? ""],
        };
        return string.Join(", ", facts.Where(f => f.Length > 0));
    }

    private static string Epoch(CellState state) =>
        string.Create(CultureInfo.InvariantCulture, $"epoch {state.Epoch} of {state.Epochs}");

    private static string Line(string word, string text) => ControlCharacters.Shown($"{word.PadRight(WordWidth)}  {text}");
}
