using System.Globalization;

namespace Postern.Reports.Data;

/// <summary>Cells as data: a row for each, of columns that have a name and a type.</summary>
/// <param name="Columns">In their order; names are unique.</param>
/// <param name="Rows">Values by column: text, a truth, a whole or another number, whole numbers, or null for nothing.</param>
public sealed record CellTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows)
{
    /// <summary>The values of <paramref name="column"/>, row by row.</summary>
    public IEnumerable<object?> Of(string column) => Rows.Select(r => r.GetValueOrDefault(column));

    /// <summary>
    /// A value as text, the same in every culture: numbers to their last digit, whole numbers parted by commas.
    /// </summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        int[] numbers => string.Join(',', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))),
        double number when !double.IsFinite(number) => "",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
