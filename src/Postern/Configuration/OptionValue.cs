using System.Globalization;

namespace Postern.Configuration;

/// <summary>Checks the text of an option's value and brings it to one canonical form.</summary>
public static class OptionValue
{
    /// <summary>The canonical text of <paramref name="value"/> (numbers without padding, switches in lower case).</summary>
    /// <exception cref="InputException">The value does not fit <paramref name="option"/>.</exception>
    public static string Check(OptionInfo option, string value, string source)
    {
        value = value.Trim();
        return option.Kind switch
        {
            OptionKind.Integer when option.TakesName && IsName(value) => value,
            OptionKind.Integer => Integer(option, value, source).ToString(CultureInfo.InvariantCulture),
            OptionKind.Number => Canonical(Ranged(option, ParseNumber(value) ?? throw Wrong("a number"), source)),
            OptionKind.Switch => value.ToLowerInvariant() is "true" or "false"
                ? value.ToLowerInvariant() : throw Wrong("true or false"),
            OptionKind.Integers => string.Join(",", value.Trim('[', ']')
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(v => option.TakesName && IsName(v)
                    ? v : Integer(option, v, source).ToString(CultureInfo.InvariantCulture))),
            OptionKind.Word when option.Allowed.Count > 0 && !option.Allowed.Contains(value) =>
                throw Wrong($"one of {string.Join(", ", option.Allowed)}"),
            _ => value,
        };

        InputException Wrong(string expected) => new(source, $"{option.Name} is '{value}', expected {expected}");
    }

    /// <summary>
    /// The value that <paramref name="text"/> is: an <see cref="int"/>, a <see cref="decimal"/>, a <see cref="bool"/>, an array
    /// of <see cref="int"/>, or the text, also where a word stands in the place of a number (<c>auto</c>, a class's name).
    /// </summary>
    /// <param name="option">Whose value it is.</param>
    /// <param name="text">As <see cref="Check"/> gives it.</param>
    public static object Typed(OptionInfo option, string text) => option.Kind switch
    {
        OptionKind.Integer when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) =>
            number,
        OptionKind.Number when ParseNumber(text) is decimal number => number,
        OptionKind.Switch => text == "true",
        OptionKind.Integers => text.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(v => int.Parse(v, CultureInfo.InvariantCulture)).ToArray(),
        _ => text,
    };

    /// <summary>Parses a decimal number in invariant form, exponents allowed; null where it is none.</summary>
    public static decimal? ParseNumber(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;

    private static bool IsName(string value) => value.Length > 0 && value.Any(c => char.IsLetter(c));

    private static int Integer(OptionInfo option, string value, string source)
    {
        string digits = value.Replace("_", "", StringComparison.Ordinal);
        if (!int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
            throw new InputException(source, $"{option.Name} is '{value}', expected a whole number");
        return (int)Ranged(option, number, source);
    }

    private static decimal Ranged(OptionInfo option, decimal number, string source)
    {
        if (number >= option.Min && number <= option.Max) return number;
        string range = option.Max == decimal.MaxValue ? $"at least {Canonical(option.Min)}"
            : option.Min == decimal.MinValue ? $"at most {Canonical(option.Max)}"
            : $"{Canonical(option.Min)} to {Canonical(option.Max)}";
        throw new InputException(source, $"{option.Name} is {Canonical(number)}, expected {range}");
    }

    private static string Canonical(decimal number) =>
        (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);
}
