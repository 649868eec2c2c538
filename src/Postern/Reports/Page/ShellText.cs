namespace Postern.Reports.Page;

/// <summary>How words stand in a command that a reader copies.</summary>
internal static class ShellText
{
    /// <summary><c>postern</c> with these words.</summary>
    public static string Command(params string[] words) => string.Join(' ', words.Select(Quote).Prepend("postern"));

    /// <summary>In single quotes where a shell would take the text apart.</summary>
    public static string Quote(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "/\\._-=:,+@%".Contains(c, StringComparison.Ordinal)) && text.Length > 0
            ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
