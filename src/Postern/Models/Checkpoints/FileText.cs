namespace Postern.Models.Checkpoints;

/// <summary>Names and values out of a file, which may be of any length and hold anything, as messages show them.</summary>
internal static class FileText
{
    private const int MostCharacters = 200;

    /// <summary><paramref name="text"/> in one line of at most 200 characters, without control characters.</summary>
    internal static string Shown(string text) => new([.. text.Take(MostCharacters).Select(c => char.IsControl(c) ? ' ' : c)]);
}
