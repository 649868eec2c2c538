using Postern.Configuration;
using Postern.Studies;

namespace Postern.Reports.Tables;

/// <summary>
/// What probes found of a cell's network. It decides nothing about the cell: one that is damaged takes no other along.
/// </summary>
/// <param name="Records">
/// Of the trained network: first what the study asks for, then what was found with a probe's usual options.
/// </param>
/// <param name="Tracks">While it was trained, by the probe's name.</param>
/// <param name="Damages">Which files are damaged, a line each.</param>
public sealed record CellFindings(
    IReadOnlyList<ProbeRecord> Records, IReadOnlyList<ProbeTrack> Tracks, IReadOnlyList<string> Damages)
{
    /// <summary>No probe has looked.</summary>
    public static CellFindings None { get; } = new([], [], []);

    /// <summary>Reads all that is in a cell's folder.</summary>
    /// <param name="folder">The cell's folder.</param>
    /// <param name="asked">The probes that the study asks for.</param>
    public static CellFindings Read(string folder, IReadOnlyList<Choice> asked)
    {
        List<string> damages = [];
        return new CellFindings(
            [.. Whole(ProbeRecord.NamesIn(folder), name => ProbeRecord.Read(folder, name))
                .OrderBy(r => asked.Any(r.Answers) ? 0 : r.Name == r.Probe ? 1 : 2)],
            [.. Whole(ProbeTrack.NamesIn(folder), name => ProbeTrack.Read(folder, name))], damages);

        IReadOnlyList<T> Whole<T>(IEnumerable<string> names, Func<string, T?> read) where T : class
        {
            List<T> whole = [];
            foreach (string name in names)
            {
                try
                {
                    if (read(name) is T found) whole.Add(found);
                }
                catch (InputException e)
                {
                    damages.Add(ErrorText.OneLine(e.Message));
                }
            }
            return whole;
        }
    }
}
