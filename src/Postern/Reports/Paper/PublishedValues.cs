using Postern.Studies;

namespace Postern.Reports.Paper;

/// <summary>What a paper prints and claims: the content of a file with published values.</summary>
/// <param name="Source">The paper.</param>
/// <param name="Values">Every cell of its tables and every value of its figures, in the file's order.</param>
/// <param name="Averages">Its printed averages.</param>
/// <param name="Settings">What it sets attacks to.</param>
/// <param name="Datasets">Its datasets.</param>
/// <param name="Models">Its models, where it gives their size.</param>
/// <param name="Claims">What it claims.</param>
public sealed record PublishedValues(
    string Source, IReadOnlyList<PublishedValue> Values, IReadOnlyList<PublishedAverage> Averages,
    IReadOnlyList<PublishedSetting> Settings,
    IReadOnlyList<PublishedDataset> Datasets, IReadOnlyList<PublishedModel> Models, IReadOnlyList<Claim> Claims)
{
    /// <summary>Which datasets are the paper's; of those that are not named nothing is known.</summary>
    public IReadOnlyList<PublishedEntry> DatasetEntries { get; init; } = [];

    /// <summary>Which models are the paper's; of those that are not named nothing is known.</summary>
    public IReadOnlyList<PublishedEntry> ModelEntries { get; init; } = [];

    /// <summary>Name of the undefended column and of the clean row.</summary>
    public const string None = "None";

    /// <summary>Reads a file such as <c>studies/paper/published.yaml</c>.</summary>
    /// <exception cref="InputException">It is missing or not such a file; one line that says where and what to do.</exception>
    public static PublishedValues Read(string path) => PublishedFile.Read(path);

    /// <summary>
    /// The values printed for cells called <paramref name="names"/>. Those whose condition <paramref name="attack"/> meets go
    /// before those without a condition: they are about exactly these cells.
    /// </summary>
    /// <param name="names">What the paper calls the cell.</param>
    /// <param name="attack">The cell's options.</param>
    /// <param name="exact">
    /// Whether the study has several cells of these names (a sweep), so that a value without a condition belongs only to the cell
    /// set as the paper's.
    /// </param>
    public IReadOnlyList<PublishedValue> Of(CellNames names, AttackCondition attack, bool exact)
    {
        PublishedValue[] named = [.. Values.Where(v => Same(v.Names, names) && v.Condition.Holds(attack))];
        PublishedValue[] conditioned = [.. named.Where(v => !v.Condition.IsEmpty)];
        if (conditioned.Length > 0) return conditioned;
        return exact && Setting(names.Dataset, names.Attack)?.Condition.Holds(attack) == false ? [] : named;
    }

    /// <summary>
    /// What the paper sets <paramref name="attack"/> to on <paramref name="dataset"/>; null where it does not say.
    /// </summary>
    public PublishedSetting? Setting(string dataset, string attack) =>
        Settings.FirstOrDefault(s => Same(s.Dataset, dataset) && Same(s.Attack, attack));

    internal static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    private static bool Same(CellNames a, CellNames b) =>
        Same(a.Dataset, b.Dataset) && Same(a.Model, b.Model) && Same(a.Attack, b.Attack) && Same(a.Defence, b.Defence);
}
