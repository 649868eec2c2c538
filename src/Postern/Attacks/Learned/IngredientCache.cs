using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Attacks.Learned;

/// <summary>
/// Ingredients by the text of everything that decides them, each made once: <c>KIND-HASH/</c> holds what the maker leaves there, and
/// <c>ingredient.json</c>, whose presence means complete. Threads and processes that want the same one wait for the first.
/// A killed maker finds its own progress in the folder again.
/// </summary>
/// <param name="folder">The cache; made where it is not there.</param>
public sealed class IngredientCache(string folder)
{
    private const string RecordFile = "ingredient.json";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
        NewLine = "\n",
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The ingredient of <paramref name="key"/>, from the cache or made now.</summary>
    /// <param name="kind">What it is, for its folder's name, e.g. <c>clb-surrogate</c>.</param>
    /// <param name="key">Everything that decides it.</param>
    /// <param name="make">Makes it in the folder that it is given, or goes on there, and measures it.</param>
    /// <param name="cancel">Ends the wait for another maker; making is the maker's own business.</param>
    /// <exception cref="InputException">The cache cannot be written to, or its record is damaged.</exception>
    public Ingredient Get(string kind, string key, Func<string, IReadOnlyList<AcceptanceCheck>> make, CancellationToken cancel)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..8];
        string place = Path.Combine(folder, $"{kind}-{hash}"), record = Path.Combine(place, RecordFile);
        if (Read(record, key) is Ingredient found) return found;
        using FileStream held = Hold(place, cancel);
        if (Read(record, key) is Ingredient made) return made;
        var clock = Stopwatch.StartNew();
        IReadOnlyList<AcceptanceCheck> acceptance = make(place);
        var complete = new IngredientRecord(key, acceptance, clock.Elapsed.TotalSeconds);
        AtomicFile.WriteText(record, JsonSerializer.Serialize(complete, Format) + "\n");
        return new Ingredient(place, acceptance, complete.Seconds);
    }

    private static Ingredient? Read(string path, string key)
    {
        if (!File.Exists(path)) return null;
        IngredientRecord record;
        try
        {
            record = JsonSerializer.Deserialize<IngredientRecord>(File.ReadAllBytes(path), Format) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"cannot be used ({e.Message}); delete its folder to make the ingredient again", e);
        }
        return record.Key == key
            ? new Ingredient(Path.GetDirectoryName(path)!, record.Acceptance, record.Seconds)
            : throw new InputException(path, "is of another ingredient, or damaged; delete its folder to make this one");
    }

    /// <summary>Waits for the folder's lock, which the system drops when its holder ends.</summary>
    private static FileStream Hold(string place, CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                Directory.CreateDirectory(place);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InputException(place, $"cannot be made ({e.Message}); choose another folder with --out", e);
            }
            try
            {
                return new FileStream(Path.Combine(place, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new InputException(place, $"cannot be written to ({e.Message}); choose another folder with --out", e);
            }
            catch (IOException)
            {
                cancel.WaitHandle.WaitOne(Poll);
            }
        }
    }

    private sealed record IngredientRecord(string Key, IReadOnlyList<AcceptanceCheck> Acceptance, double Seconds);
}
