using Postern.Attacks;
using Postern.Configuration;

namespace Postern.Studies;

/// <summary>
/// Attacks of the open dataset that had to learn something, made ready once for all cells that have them: their networks are
/// loaded once, and what these made of a picture is remembered. The latest few are kept, since each may remember a gigabyte of
/// pictures.
/// </summary>
internal sealed class PreparedAttacks
{
    private const int Kept = 4;

    private readonly List<(string Key, Attack Attack)> latest = [];

    /// <summary>The attack of <paramref name="cell"/> made ready, or null where it has none.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="prepare">Makes and prepares it, for the same dataset in every call until <see cref="Clear"/>; null for
    /// none.</param>
    /// <exception cref="InputException">The attack does not fit the dataset, or its options one another.</exception>
    public Attack? Of(Cell cell, Func<Choice, Attack?> prepare)
    {
        string key = cell.Attack.Canonical;
        int place = latest.FindIndex(e => e.Key == key);
        if (place >= 0)
        {
            (string, Attack Attack) there = latest[place];
            latest.RemoveAt(place);
            latest.Add(there);
            return there.Attack;
        }
        if (prepare(cell.Attack) is not Attack prepared) return null;
        if (cell.Attack.Entry is not AttackEntry { Learned: true }) return prepared;
        if (latest.Count == Kept) latest.RemoveAt(0);
        latest.Add((key, prepared));
        return prepared;
    }

    /// <summary>Forgets all, because another dataset comes.</summary>
    public void Clear() => latest.Clear();
}
