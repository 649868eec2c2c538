using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Studies;

/// <summary>
/// How records lie on disk: JSON with <c>snake_case</c> names and words, and a checksum (<see cref="RecordChecksum"/>); a number
/// that is none is written as null.
/// </summary>
internal static class RecordFormat
{
    private const string RunAgain = "delete the cell's folder to run it again";

    /// <summary>For whole files.</summary>
    public static JsonSerializerOptions Indented { get; } = Options(indented: true);

    /// <summary>For one line of a log.</summary>
    public static JsonSerializerOptions Line { get; } = Options(indented: false);

    /// <summary>Writes <paramref name="value"/> to <paramref name="path"/> as a whole.</summary>
    public static void Write<T>(string path, T value) => AtomicFile.Write(path, stream => stream.Write(Bytes(value)));

    /// <summary>What <see cref="Write"/> writes.</summary>
    public static byte[] Bytes<T>(T value) => RecordChecksum.Added(JsonSerializer.SerializeToUtf8Bytes(value, Indented));

    /// <summary>Reads <paramref name="path"/>; null where there is no such file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="advice">What to do where it is damaged.</param>
    /// <exception cref="InputException">The content is damaged.</exception>
    public static T? Read<T>(string path, string advice = RunAgain) where T : class
    {
        if (ReadBytes(path, advice) is not byte[] bytes) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Indented) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw Damaged(path, e.Message, e, advice);
        }
    }

    /// <summary>The bytes of <paramref name="path"/>, whose checksum fits; null where there is no such file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="advice">What to do where it is damaged.</param>
    /// <exception cref="InputException">The checksum does not fit, or the file cannot be read.</exception>
    public static byte[]? ReadBytes(string path, string advice = RunAgain)
    {
        if (!File.Exists(path)) return null;
        try
        {
            byte[] bytes = PlainFile.ReadAllBytes(path);
            return RecordChecksum.Fits(bytes) ? bytes : throw Damaged(path, "its checksum does not fit", advice: advice);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be read ({e.Message})", e);
        }
    }

    /// <summary>The error for a record that cannot be right.</summary>
    public static InputException Damaged(string path, string found, Exception? inner = null, string advice = RunAgain) =>
        new(path, $"is damaged ({found}); {advice}", inner);

    private static JsonSerializerOptions Options(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = indented,
        NewLine = "\n",
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters =
        {
            new FiniteNumber(),
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
        },
    };

    private sealed class FiniteNumber : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
