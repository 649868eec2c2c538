namespace Postern.Reports.Tables;

/// <summary>
/// The options in which rows of a table differ, as columns: the poisoning rate first, then those in which two rows of one attack
/// (dataset, defence, model) differ. A rate that is the same in all rows is no column and stands over the table
/// (<see cref="Common"/>).
/// </summary>
internal sealed class OptionColumns
{
    /// <summary>What stands where a row has no such option.</summary>
    public const string None = "–";

    private const string Rate = RowSettings.PoisonRate;
    private const int Many = 4;
    private static readonly string[] Parts = ["attack", "dataset", "defence", "model"];

    private readonly HashSet<string> ambiguousFiles;

    private OptionColumns(IReadOnlyList<string> keys, string? commonRate, HashSet<string> ambiguousFiles) =>
        (Keys, CommonRate, this.ambiguousFiles) = (keys, commonRate, ambiguousFiles);

    /// <summary>No columns.</summary>
    public static OptionColumns Empty { get; } = new([], null, []);

    /// <summary>The columns as <c>part.option</c>.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The poisoning rate of all rows that have one; null where they differ or none has.</summary>
    public string? CommonRate { get; }

    /// <summary>What stands over the table: <c>poison_rate 0.05</c>, or nothing.</summary>
    public string Common => CommonRate is null ? "" : $"poison_rate {CommonRate}";

    /// <summary>Heads for readers: the option's name, with its part where two parts have one of that name.</summary>
    public IReadOnlyList<string> Heads =>
        [.. Keys.Select(k => Keys.Count(other => Option(other) == Option(k)) > 1 ? k : Option(k))];

    /// <summary>The columns of a table.</summary>
    /// <param name="rows">What its rows were set to (<see cref="RowSettings"/>).</param>
    /// <param name="parts">Parts that tell rows apart; all where none is named.</param>
    public static OptionColumns Of(IEnumerable<IReadOnlyDictionary<string, string>> rows, params string[] parts)
    {
        IReadOnlyDictionary<string, string>[] all = [.. rows];
        string[] rates = [.. all.Select(r => r.GetValueOrDefault(Rate)).OfType<string>().Distinct()];
        List<string> keys = rates.Length > 1 ? [Rate] : [];
        foreach (string part in Parts.Where(p => parts.Length == 0 || parts.Contains(p)))
        {
            keys.AddRange(
                from same in all.GroupBy(r => r.GetValueOrDefault(part))
                from key in same.SelectMany(r => r.Keys).Distinct()
                where key.StartsWith($"{part}.", StringComparison.Ordinal) && key != Rate
                where same.Select(r => r.GetValueOrDefault(key)).Distinct().Count() > 1
                orderby key
                select key);
        }
        keys = [.. keys.Distinct()];
        HashSet<string> ambiguous =
        [
            .. keys.SelectMany(k => all.Select(r => r.GetValueOrDefault(k))).OfType<string>().Where(Path.IsPathRooted).Distinct()
                .GroupBy(Path.GetFileName).Where(g => g.Count() > 1).SelectMany(g => g),
        ];
        return new OptionColumns(keys, rates.Length == 1 ? rates[0] : null, ambiguous);
    }

    /// <summary>
    /// What stands in the columns for readers: of files the name, and all of the path where two of one name are meant.
    /// </summary>
    /// <param name="row">What the row was set to; null for a row without cells.</param>
    public IReadOnlyList<string> Of(IReadOnlyDictionary<string, string>? row) => [.. Keys.Select(k => Shown(row, k))];

    private string Shown(IReadOnlyDictionary<string, string>? row, string key) => row?.GetValueOrDefault(key) switch
    {
        null or "" => None,
        string value when Path.IsPathRooted(value) && !ambiguousFiles.Contains(value) => Path.GetFileName(value),
        string value => value,
    };

    /// <summary>
    /// A part's columns in words: <c>embed_dim 128, depth 6</c>, without those that the row has not, or has as
    /// <paramref name="usual"/>.
    /// </summary>
    public string Describe(
        IReadOnlyDictionary<string, string> row, string part, IReadOnlyDictionary<string, string>? usual = null) =>
        string.Join(", ", Keys
            .Where(k => k.StartsWith($"{part}.", StringComparison.Ordinal) && row.TryGetValue(k, out string? value)
                && usual?.GetValueOrDefault(k) != value)
            .Select(k => $"{Option(k)} {Shown(row, k)}"));

    /// <summary>What more than half of some rows have, of four or more; few rows are told apart best in full.</summary>
    public IReadOnlyDictionary<string, string> Usual(IReadOnlyList<IReadOnlyDictionary<string, string>> rows) =>
        rows.Count < Many ? new Dictionary<string, string>()
            : (from key in Keys
               from value in rows.Where(r => r.ContainsKey(key)).GroupBy(r => r[key])
               where 2 * value.Count() > rows.Count
               select (key, value.Key)).ToDictionary();

    /// <summary>The columns for programs: a rate that is the same in all rows, too.</summary>
    public IReadOnlyList<string> DataKeys => CommonRate is null ? Keys : [Rate, .. Keys];

    /// <summary>What stands in <see cref="DataKeys"/>, as it was set; empty where a row has no such option.</summary>
    public IReadOnlyList<string> DataOf(IReadOnlyDictionary<string, string>? row) =>
        [.. DataKeys.Select(k => row?.GetValueOrDefault(k) ?? "")];

    private static string Option(string key) => key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
