using System.Globalization;
using Postern.Configuration;

namespace Postern.Reports.Tables;

/// <summary>Attacks of a study that differ in exactly one numeric option, on one dataset.</summary>
/// <param name="Dataset">The dataset's label.</param>
/// <param name="Option">The option's name.</param>
/// <param name="Lines">At least one.</param>
internal sealed record Sweep(string Dataset, string Option, IReadOnlyList<SweepLine> Lines)
{
    /// <summary>The sweeps among <paramref name="groups"/>, those with a result only.</summary>
    public static IReadOnlyList<Sweep> Among(IReadOnlyList<CellGroup> groups)
    {
        var sweeps = new List<Sweep>();
        foreach (IGrouping<string, CellGroup> dataset in groups.GroupBy(g => g.Dataset))
        {
            IEnumerable<string> options = dataset.SelectMany(g => Attack(g).Values.Keys).Distinct().Order(StringComparer.Ordinal);
            foreach (string option in options)
            {
                SweepLine[] lines =
                [
                    .. from g in dataset
                       where Value(g, option) is not null
                       group g by (g.Model, g.Defence, Fixed: Rest(Attack(g), option)) into line
                       where line.Select(g => Value(g, option)).Distinct().Count() > 1 && line.Any(g => g.Entry.Acc is not null)
                       select new SweepLine(Attack(line.First()), line.Key.Model, line.Key.Defence,
                           [.. line.OrderBy(g => Value(g, option)).Select(g => (Value(g, option)!.Value, g))]),
                ];
                if (lines.Length > 0) sweeps.Add(new Sweep(dataset.Key, option, lines));
            }
        }
        return sweeps;
    }

    /// <summary>What tells a line from the others of this sweep.</summary>
    public string NameOf(SweepLine line) => CellGroup.Names(line.Model, line.Attack.Name, line.Defence, string.Join(", ",
        from other in Lines
        where other != line && (other.Model, other.Attack.Name, other.Defence) == (line.Model, line.Attack.Name, line.Defence)
        from value in line.Attack.Values
        where value.Key != Option && other.Attack.Values[value.Key] != value.Value
        group value by value.Key into differing
        select $"{differing.Key} {differing.First().Value}"));

    private static Choice Attack(CellGroup group) => group.Cells[0].Cell.Attack;

    private static string Rest(Choice attack, string option) =>
        string.Join(';', attack.Values.Where(v => v.Key != option).Select(v => $"{v.Key}={v.Value}").Prepend(attack.Name));

    private static double? Value(CellGroup group, string option) =>
        Attack(group).Values.TryGetValue(option, out string? text)
            && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value) ? (double)value : null;
}

/// <summary>A model under an attack whose option is swept.</summary>
/// <param name="Attack">The attack as it is at the first value.</param>
/// <param name="Model">The model's label.</param>
/// <param name="Defence">The defence's label; may be empty.</param>
/// <param name="Points">Values of the option with their cells, ascending.</param>
internal sealed record SweepLine(Choice Attack, string Model, string Defence,
    IReadOnlyList<(double Value, CellGroup Group)> Points);
