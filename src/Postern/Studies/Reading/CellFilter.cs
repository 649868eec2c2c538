using System.Globalization;
using Postern.Configuration;

namespace Postern.Studies;

/// <summary>One term of <c>--only</c>: <c>key=value,value</c> or parts of cell ids.</summary>
internal sealed class CellFilter
{
    private static readonly string[] Keys = ["dataset", "model", "attack", "defence", "seed"];
    private readonly string? key;
    private readonly string[] values;

    /// <summary>Parses <paramref name="term"/>.</summary>
    /// <exception cref="InputException">An unknown key or no value.</exception>
    public CellFilter(string term)
    {
        Term = term;
        int equals = term.IndexOf('=', StringComparison.Ordinal);
        key = equals < 0 ? null : term[..equals].Trim();
        values = term[(equals + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (key is not null && !Keys.Contains(key))
            throw new InputException($"--only {term}", $"'{key}' is not a key{NearestName.Hint(key, Keys)}");
        if (values.Length == 0)
            throw new InputException($"--only {term}", "has no value; write e.g. model=vim-mini or a part of a cell's id");
    }

    /// <summary>As it was typed.</summary>
    public string Term { get; }

    /// <summary>Whether one of the values fits <paramref name="cell"/>.</summary>
    public bool Matches(Cell cell) => values.Any(value => key switch
    {
        "dataset" => Same(value, cell.Dataset.Name) || Same(value, cell.DatasetLabel),
        "model" => Same(value, cell.Model.Name) || Same(value, cell.ModelLabel),
        "attack" => Same(value, cell.Attack.Name) || Same(value, cell.AttackLabel),
        "defence" => Same(value, cell.Defence.Name) || Same(value, cell.DefenceLabel),
        "seed" => Same(value, SeedText(cell)),
        _ => cell.Id.Contains(value, StringComparison.OrdinalIgnoreCase),
    });

    /// <summary>The seed as <c>--only</c> writes it.</summary>
    public static string SeedText(Cell cell) => cell.Seed.ToString(CultureInfo.InvariantCulture);

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
