using System.Globalization;
using Postern.Configuration;

namespace Postern.Studies;

/// <summary>
/// What <c>--only</c> chooses: cells that have one of the values of a key, or one of some texts in their id. A comma parts
/// values, unless the text with it is a label; so does <c>;</c>, which also begins another key, as another <c>--only</c> does.
/// Values of one key add up, and of several keys a cell needs one each.
/// </summary>
/// <param name="Key">The key; null for parts of ids.</param>
/// <param name="Values">At least one; each is one that some cell has.</param>
internal sealed record CellFilter(string? Key, IReadOnlyList<string> Values)
{
    private static readonly string[] Keys = ["dataset", "model", "attack", "defence", "seed"];

    /// <summary>The filters of <paramref name="terms"/>, as they were typed, for a study of <paramref name="cells"/>.</summary>
    /// <exception cref="InputException">An unknown key, no value, or one that no cell has.</exception>
    public static IReadOnlyList<CellFilter> Of(IReadOnlyList<string> terms, IReadOnlyList<Cell> cells)
    {
        var filters = new List<CellFilter>();
        foreach ((string term, string? key, string text) in terms.SelectMany(Parts))
        {
            string[] values = [.. Split(key, text, cells)];
            if (values.Length == 0)
                throw new InputException($"--only {term}", "has no value; write e.g. model=vim-mini or a part of a cell's id");
            foreach (string value in values.Where(v => !cells.Any(c => Has(c, key, v))))
                throw new InputException($"--only {term}", Unknown(key, value, cells));
            int same = key is null ? -1 : filters.FindIndex(f => f.Key == key);
            if (same < 0) filters.Add(new CellFilter(key, values));
            else filters[same] = new CellFilter(key, [.. filters[same].Values, .. values]);
        }
        return filters;
    }

    /// <summary>Whether one of the values fits <paramref name="cell"/>.</summary>
    public bool Matches(Cell cell) => Values.Any(value => Has(cell, Key, value));

    /// <summary>The seed as <c>--only</c> writes it.</summary>
    public static string SeedText(Cell cell) => cell.Seed.ToString(CultureInfo.InvariantCulture);

    /// <summary>The term's parts between <c>;</c>: one without a key of its own has that of the part before.</summary>
    private static IEnumerable<(string Term, string? Key, string Text)> Parts(string term)
    {
        string? key = null;
        foreach (string part in term.Split(';', StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string named = equals < 0 ? "" : part[..equals].Trim();
            // A label may have an equals sign in it, after words of its own.
            bool isKey = equals >= 0 && (key is null || !named.Contains(' ', StringComparison.Ordinal));
            if (isKey && !Keys.Contains(named))
                throw new InputException($"--only {term}", $"'{named}' is not a key{NearestName.Hint(named, Keys)}");
            if (isKey) key = named;
            yield return (term, key, isKey ? part[(equals + 1)..] : part);
        }
    }

    private static IEnumerable<string> Split(string? key, string text, IReadOnlyList<Cell> cells)
    {
        string[] pieces = text.Split(',');
        for (int first = 0, next; first < pieces.Length; first = next)
        {
            next = pieces.Length;
            while (next > first + 1 && !cells.Any(c => Has(c, key, Joined(first, next)))) next--;
            if (Joined(first, next).Length > 0) yield return Joined(first, next);
        }

        string Joined(int from, int to) => string.Join(',', pieces[from..to]).Trim();
    }

    private static string Unknown(string? key, string value, IReadOnlyList<Cell> cells)
    {
        if (key is null) return $"'{value}' is in no cell's id";
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && Keys.Contains(value[..equals].Trim()))
            return $"a comma parts values of {key}; write '{key}=...;{value}' in quotes, or a second --only {value}";
        string[] names = [.. cells.SelectMany(c => NamesOf(c, key)).Distinct()];
        return key == "seed" ? $"there is no seed '{value}'; valid are {string.Join(", ", names)}"
            : NearestName.Unknown(key, value, names);
    }

    private static bool Has(Cell cell, string? key, string value) => key is null
        ? cell.Id.Contains(value, StringComparison.OrdinalIgnoreCase)
        : NamesOf(cell, key).Any(n => string.Equals(n, value, StringComparison.OrdinalIgnoreCase));

    /// <summary>Its names under a key, the label last.</summary>
    private static string[] NamesOf(Cell cell, string key) => key switch
    {
        "dataset" => [cell.Dataset.Name, cell.DatasetLabel],
        "model" => [cell.Model.Name, cell.ModelLabel],
        "attack" => [cell.Attack.Name, cell.AttackLabel],
        "defence" => [cell.Defence.Name, cell.DefenceLabel],
        _ => [SeedText(cell)],
    };
}
