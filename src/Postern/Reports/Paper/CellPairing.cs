using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>
/// Pairs the cells of a comparison's means. A key that all means select alike (the same names, or any) must have the same value
/// on all of them: the mean over three attacks is compared with the mean over the same three attacks. Options of the attack count
/// as part of it.
/// </summary>
internal sealed class CellPairing
{
    private readonly bool dataset, model, attack, defence, poisonRate, intensity;

    /// <summary>The pairing of the means <paramref name="terms"/>.</summary>
    public CellPairing(IReadOnlyList<CellSelector> terms)
    {
        (dataset, model, attack, defence) = (Alike(t => t.Datasets), Alike(t => t.Models), Alike(t => t.Attacks),
            Alike(t => t.Defences));
        (poisonRate, intensity) = (attack && Alike(t => t.PoisonRates), attack && Alike(t => t.Intensities));

        bool Alike<T>(Func<CellSelector, IReadOnlyList<T>> of) =>
            terms.All(t => of(t).Order().SequenceEqual(of(terms[0]).Order()));
    }

    /// <summary>What must be the same on all sides; all else is left out.</summary>
    public PairKey Key(CellNames names, AttackCondition condition)
    {
        return new PairKey(new CellNames(Shared(dataset, names.Dataset), Shared(model, names.Model), Shared(attack, names.Attack),
            Shared(defence, names.Defence)),
            new AttackCondition(poisonRate ? condition.PoisonRate : null, intensity ? condition.Intensity : null));

        static string Shared(bool shared, string name) => shared ? name.ToUpperInvariant() : "";
    }

    /// <summary>The keys that every mean has, in the order of the first.</summary>
    public static IReadOnlyList<PairKey> Common(IEnumerable<IEnumerable<PairKey>> terms) =>
        [.. terms.Select(t => t.Distinct()).Aggregate((a, b) => a.Intersect(b))];
}

/// <summary>What pairs cells: the names and options that their means have in common.</summary>
/// <param name="Names">In upper case; empty for what may differ.</param>
/// <param name="Attack">The attack's options; null for what may differ.</param>
internal sealed record PairKey(CellNames Names, AttackCondition Attack);
