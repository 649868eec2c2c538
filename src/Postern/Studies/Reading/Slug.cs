using System.Text.RegularExpressions;

namespace Postern.Studies;

/// <summary>Names that are safe for a file or a folder on any system.</summary>
internal static partial class Slug
{
    private const int MaxLength = 64;

    /// <summary>
    /// <paramref name="text"/> in lower case, with a hyphen for whatever is not a letter, a digit, a dot or a hyphen.
    /// </summary>
    public static string Of(string text)
    {
        string slug = Unsafe().Replace(text.ToLowerInvariant(), "-").Trim('-', '.');
        slug = slug[..Math.Min(slug.Length, MaxLength)].TrimEnd('-', '.');
        return slug.Length > 0 && !Reserved().IsMatch(slug) ? slug : $"x{slug}";
    }

    /// <summary>Whether <paramref name="text"/> can name a folder as it is.</summary>
    public static bool IsSafe(string text) =>
        Safe().IsMatch(text) && text.Length <= MaxLength && !text.EndsWith('.') && !Reserved().IsMatch(text);

    [GeneratedRegex("[^a-z0-9.-]+")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*\z")]
    private static partial Regex Safe();

    /// <summary>Names that Windows keeps for devices, whatever their extension.</summary>
    [GeneratedRegex(@"\A(con|prn|aux|nul|com\d|lpt\d)(\.|\z)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reserved();
}
