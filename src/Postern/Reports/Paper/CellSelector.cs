using System.Globalization;
using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>Which cells a side of a comparison averages over. An empty list stands for any.</summary>
/// <param name="Datasets">Names of datasets.</param>
/// <param name="Models">Names of models.</param>
/// <param name="Attacks">Names of attacks.</param>
/// <param name="Defences">Names of defences.</param>
/// <param name="PoisonRates">Exact poisoning rates.</param>
/// <param name="Intensities">Exact intensities of the per-patch trigger.</param>
public sealed record CellSelector(
    IReadOnlyList<string> Datasets, IReadOnlyList<string> Models, IReadOnlyList<string> Attacks, IReadOnlyList<string> Defences,
    IReadOnlyList<decimal> PoisonRates, IReadOnlyList<decimal> Intensities)
{
    /// <summary>The number of a probe that is meant; null where it is of another measure.</summary>
    public string? Number { get; init; }

    /// <summary>Whether a cell is among them.</summary>
    /// <param name="names">What the paper calls it.</param>
    /// <param name="attack">Its attack's options.</param>
    public bool Matches(CellNames names, AttackCondition attack) =>
        Has(Datasets, names.Dataset) && Has(Models, names.Model) && Has(Attacks, names.Attack) && Has(Defences, names.Defence)
        && (PoisonRates.Count == 0 || (attack.PoisonRate is decimal rate && PoisonRates.Contains(rate)))
        && (Intensities.Count == 0 || (attack.Intensity is decimal intensity && Intensities.Contains(intensity)));

    /// <summary>Whether it names a setting of the attack.</summary>
    public bool NamesSetting => PoisonRates.Count > 0 || Intensities.Count > 0;

    /// <summary>Every name that it lists, with where a cell has it.</summary>
    internal IEnumerable<(string Name, Func<CellNames, string> Of)> Listed =>
    [
        .. Datasets.Select(n => (n, (Func<CellNames, string>)(c => c.Dataset))),
        .. Models.Select(n => (n, (Func<CellNames, string>)(c => c.Model))),
        .. Attacks.Select(n => (n, (Func<CellNames, string>)(c => c.Attack))),
        .. Defences.Select(n => (n, (Func<CellNames, string>)(c => c.Defence))),
    ];

    /// <summary>
    /// In words: <c>Vim-t, BadNets, PatchDrop at rate 0.003</c>; a long list as <c>mean of 7 attacks</c>, an undefended side
    /// without its defence.
    /// </summary>
    public override string ToString()
    {
        string[] parts =
        [
            List(Datasets, "datasets"), List(Models, "models"),
            Attacks is [PublishedValues.None] ? "clean" : List(Attacks, "attacks"),
            Defences is [PublishedValues.None] ? "" : List(Defences, "defences"),
        ];
        string names = string.Join(", ", parts.Where(p => p.Length > 0));
        if (PoisonRates.Count > 0) names += $" at rate {string.Join(", ", PoisonRates.Select(Invariant))}";
        if (Intensities.Count > 0) names += $" with intensity {string.Join(", ", Intensities.Select(Invariant))}";
        if (names.Length == 0) names = "all cells";
        return Number is null ? names : $"{Number} of {names}";
    }

    private static bool Has(IReadOnlyList<string> names, string name) =>
        names.Count == 0 || names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static string List(IReadOnlyList<string> names, string what) =>
        names.Count <= 3
            ? string.Join(" and ", names)
            : string.Create(CultureInfo.InvariantCulture, $"mean of {names.Count} {what}");

    private static string Invariant(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
