using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Files;

/// <summary>What a claim's file says; each beat of its heart writes it anew, in the same length.</summary>
/// <param name="Host">Name of the holder's machine.</param>
/// <param name="System">What tells whether the holder can be seen from elsewhere (<see cref="ProcessName.System"/>).</param>
/// <param name="Process">The holder's number.</param>
/// <param name="Started">When it started.</param>
/// <param name="Job">Its job's name; null for none.</param>
/// <param name="Token">Tells this claim from any other.</param>
/// <param name="Memory">Mebibytes that the holder had, in ten digits.</param>
/// <param name="Heartbeat">When the holder last said that it lives, UTC.</param>
internal sealed record ClaimRecord(
    string Host, string System, int Process, long Started, string? Job, string Token, string Memory, string Heartbeat)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The holder.</summary>
    [JsonIgnore]
    public ProcessName Holder => new(Host, System, Process, Started, Job);

    /// <summary>A claim of this process.</summary>
    public static ClaimRecord Own(string token)
    {
        ProcessName own = ProcessName.Own;
        return new ClaimRecord(own.Host, own.System, own.Process, own.Started, own.Job, token, "", "").Beating();
    }

    /// <summary>The same, alive now.</summary>
    public ClaimRecord Beating() => this with
    {
        Memory = (Environment.WorkingSet >> 20).ToString("0000000000", CultureInfo.InvariantCulture),
        Heartbeat = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    };

    /// <summary>The file's content.</summary>
    public byte[] Bytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Format), (byte)'\n'];

    /// <summary>What <see cref="Bytes"/> gave; null where it is torn or something else.</summary>
    public static ClaimRecord? Of(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<ClaimRecord>(bytes, Format);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What the next holder says of one that died.</summary>
    public string Obituary()
    {
        string memory = long.TryParse(Memory, NumberStyles.None, CultureInfo.InvariantCulture, out long mebibytes)
            ? string.Create(CultureInfo.InvariantCulture, $" with {mebibytes / 1024.0:0.0} GiB of memory") : "";
        return Holder is { IsHere: true, Lives: true }
            ? $"an earlier run of it ({Holder}) stands still since {Heartbeat}; this one goes on in its place"
            : $"an earlier run of it ({Holder}) ended without a word: killed, perhaps for lack of memory, or by a power cut; "
                + $"it last lived at {Heartbeat}{memory}";
    }
}
