using Postern.Studies;

namespace Postern.Reports.Tables;

/// <summary>
/// What a row of a table was set to, by <c>part</c> (its catalogue name) and <c>part.option</c>. The parts are
/// <c>dataset</c>, <c>model</c>, <c>attack</c> and <c>defence</c>. Without a dataset's <c>path</c>, which says where it lies on
/// one machine, and not what it is.
/// </summary>
internal static class RowSettings
{
    /// <summary>The poisoning rate of an attack.</summary>
    public const string PoisonRate = "attack.poison_rate";

    /// <summary>What <paramref name="cell"/> is planned to be.</summary>
    public static SortedDictionary<string, string> Of(Cell cell) => Of(
        from part in new[]
        {
            ("dataset", cell.Dataset), ("model", cell.Model), ("attack", cell.Attack), ("defence", cell.Defence),
        }
        select (part.Item1, part.Item2.Name, part.Item2.Values));

    /// <summary>What <paramref name="cells"/> are planned to be, once for cells that differ in their seed alone.</summary>
    public static IEnumerable<SortedDictionary<string, string>> Of(IEnumerable<Cell> cells) =>
        cells.DistinctBy(c => (c.Dataset, c.Model, c.Attack, c.Defence)).Select(Of);

    /// <summary>What the records say that a cell was.</summary>
    public static SortedDictionary<string, string> Of(CellDescription cell) => Of(
        from part in new[]
        {
            ("dataset", cell.Dataset), ("model", cell.Model), ("attack", cell.Attack), ("defence", cell.Defence),
        }
        select (part.Item1, part.Item2.Name, part.Item2.Options));

    private static SortedDictionary<string, string> Of(
        IEnumerable<(string Part, string Name, IReadOnlyDictionary<string, string> Options)> parts)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string part, string name, IReadOnlyDictionary<string, string> options) in parts)
        {
            settings[part] = name;
            foreach ((string key, string value) in options)
                if ((part, key) is not ("dataset", "path")) settings[$"{part}.{key}"] = value;
        }
        return settings;
    }
}
