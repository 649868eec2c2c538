using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Learning;

/// <summary>
/// Artifacts on disk, a folder each (<see cref="ArtifactKey.FolderName"/>): what was made, and <c>ingredient.json</c> with its
/// key and acceptance values, written last, whose presence means that the artifact is complete. A claim on the folder lets one
/// process make it while others wait, and is succeeded where that process dies.
/// </summary>
/// <param name="folder">The cache; made where there is none.</param>
public sealed class ArtifactCache(string folder)
{
    /// <summary>Where an artifact that is a network keeps its weights.</summary>
    public const string WeightsFile = "weights.safetensors";

    /// <summary>
    /// How the names of files and folders begin that are only needed while an artifact is made; they are deleted at its end.
    /// </summary>
    public const string ProgressPrefix = "progress";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>
    /// The artifact of <paramref name="key"/>, from the cache or made now by one of all callers that ask for it.
    /// </summary>
    /// <param name="key">What decides it.</param>
    /// <param name="context">Whose progress hears of the waiting, and whose cancellation ends it.</param>
    /// <param name="make">
    /// Makes the artifact's files in the folder that it is given, and gives what was measured on them. It writes each file whole
    /// (<see cref="AtomicFile"/>); after a kill it is called again and finds its files, <c>progress*</c> among them, as it left
    /// them.
    /// </param>
    /// <exception cref="InputException">The cache cannot be written to, or a record in it is damaged.</exception>
    /// <exception cref="ArtifactMissingException">It is not there, and the context says that none shall be made.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting or making.</exception>
    public Artifact GetOrMake(ArtifactKey key, PreparationContext context, Func<string, IReadOnlyList<AcceptanceCheck>> make)
    {
        string place = Path.GetFullPath(Path.Combine(folder, key.FolderName));
        if (Find(place, key) is Artifact there) return there;
        if (context.FromCacheOnly) throw new ArtifactMissingException($"its {key.Kind} is not in {folder} yet");
        try
        {
            PrivateFolder.Create(folder);
            Directory.CreateDirectory(place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(place, $"cannot be made ({e.Message}); choose another folder with --out", e);
        }
        using FolderClaim held = Take(place, key, context);
        TemporaryName.RemoveDead(place);
        if (Find(place, key) is Artifact meanwhile) return meanwhile;
        var clock = Stopwatch.StartNew();
        var record = new ArtifactRecord(key.Kind, key.Text, make(place), Math.Round(clock.Elapsed.TotalSeconds, 1));
        AtomicFile.Write(RecordPath(place),
            stream => stream.Write(RecordChecksum.Added(JsonSerializer.SerializeToUtf8Bytes(record, Format))));
        foreach (string progress in Directory.EnumerateFiles(place, $"{ProgressPrefix}*")) File.Delete(progress);
        foreach (string progress in Directory.EnumerateDirectories(place, $"{ProgressPrefix}*"))
            Directory.Delete(progress, recursive: true);
        return new Artifact(place, record.Acceptance, record.Seconds);
    }

    private static FolderClaim Take(string place, ArtifactKey key, PreparationContext context)
    {
        bool told = false;
        while (true)
        {
            if (FolderClaim.TryTake(place) is FolderClaim held) return held;
            if (!told) context.Progress.Report(key.Kind, 0, "another process is making it; waiting");
            told = true;
            context.Cancel.WaitHandle.WaitOne(Poll);
            context.Cancel.ThrowIfCancellationRequested();
        }
    }

    private static Artifact? Find(string place, ArtifactKey key)
    {
        string path = RecordPath(place);
        if (!File.Exists(path)) return null;
        ArtifactRecord record;
        try
        {
            byte[] bytes = PlainFile.ReadAllBytes(path);
            if (!RecordChecksum.Fits(bytes)) throw new JsonException("its checksum does not fit");
            record = JsonSerializer.Deserialize<ArtifactRecord>(bytes, Format) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(path,
                $"is damaged or cannot be read ({e.Message}); delete its folder to make the artifact again", e);
        }
        if (record.Kind != key.Kind || record.Key != key.Text)
            throw new InputException(path,
                "is about another artifact than its folder's name says; delete the folder to make it again");
        return new Artifact(place, record.Acceptance, record.Seconds);
    }

    private static string RecordPath(string place) => Path.Combine(place, "ingredient.json");

    private sealed record ArtifactRecord(string Kind, string Key, IReadOnlyList<AcceptanceCheck> Acceptance, double Seconds);
}
