using System.Text.Encodings.Web;
using System.Text.Json;

namespace Postern.Cli.Json;

/// <summary>
/// Prints a listing: indented, <c>snake_case</c> names in the order of the record's members, UTF-8, line feeds, the same bytes
/// whatever the culture and the terminal.
/// </summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        // Leaves quotes and non-English letters readable; control characters are escaped all the same.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes <paramref name="listing"/> to standard output.</summary>
    public static void Write<T>(T listing)
    {
        using Stream output = Console.OpenStandardOutput();
        output.Write([.. JsonSerializer.SerializeToUtf8Bytes(listing, Format), (byte)'\n']);
    }
}
