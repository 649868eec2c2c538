using System.Text.Json;

namespace Postern.Studies.Jobs;

/// <summary>A line between a run and its jobs: one JSON value.</summary>
internal static class JobLine
{
    /// <summary>The line of <paramref name="value"/>, without a line feed.</summary>
    public static string Of<T>(T value) => JsonSerializer.Serialize(value, RecordFormat.Line);

    /// <summary>What a line says; null where it is none of ours, as native libraries may print one.</summary>
    public static T? Read<T>(string line) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, RecordFormat.Line);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
