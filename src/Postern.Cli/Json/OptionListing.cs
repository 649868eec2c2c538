using System.Globalization;
using Postern.Configuration;

namespace Postern.Cli.Json;

/// <summary>
/// An option of a study file; its default has the type of its kind, and the bounds are null where there are none.
/// </summary>
internal sealed record OptionListing(
    string Name, string Kind, object Default, string Meaning, IReadOnlyList<string> Allowed, decimal? Min, decimal? Max)
{
    public static OptionListing Of(OptionInfo option) => new(
        option.Name, option.Kind.ToString().ToLowerInvariant(), Value(option), option.Meaning, option.Allowed,
        option.Min == decimal.MinValue ? null : option.Min, option.Max == decimal.MaxValue ? null : option.Max);

    private static object Value(OptionInfo option) => option.Kind switch
    {
        OptionKind.Integer => int.Parse(option.Default, CultureInfo.InvariantCulture),
        OptionKind.Number => OptionValue.ParseNumber(option.Default)!.Value,
        OptionKind.Switch => option.Default == "true",
        OptionKind.Integers => option.Default.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(v => int.Parse(v, CultureInfo.InvariantCulture)).ToArray(),
        _ => option.Default,
    };
}
