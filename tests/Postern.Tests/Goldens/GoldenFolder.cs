using System.Text.Json;

namespace Postern.Tests.Goldens;

/// <summary>
/// Where the goldens lie: the folder named by POSTERN_GOLDENS, else <c>goldens</c> in the shared folder. What is in it is
/// known only from its manifests, so that any other folder of the same format can take its place.
/// </summary>
internal static class GoldenFolder
{
    /// <summary>The folder, or null where there is none. A folder that POSTERN_GOLDENS names counts even if it is missing.</summary>
    public static string? Root { get; } = Environment.GetEnvironmentVariable("POSTERN_GOLDENS") is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : SharedMaterial.Root is string shared && Directory.Exists(Path.Combine(shared, "goldens")) ? Path.Combine(shared, "goldens") : null;

    /// <summary>
    /// Every JSON object under the folder that tells of tensors, in the order of paths. A file that is not JSON is among them with an
    /// undefined manifest: a damaged golden must fail, not vanish.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">POSTERN_GOLDENS names a folder that is not there.</exception>
    public static IReadOnlyList<(string Path, JsonElement Manifest)> Manifests()
    {
        if (Root is null) return [];
        return
        [
            .. Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(path => (path, Parse(path)))
                .Where(m => m.Item2.ValueKind == JsonValueKind.Undefined
                    || (m.Item2.ValueKind == JsonValueKind.Object && m.Item2.TryGetProperty("tensors", out _))),
        ];
    }

    /// <summary>Rows for a theory: relative path and kind of each manifest whose kind <paramref name="kindOf"/> tells.</summary>
    /// <remarks>
    /// Where nothing is found there is one row with an empty path, for <see cref="Require"/> to skip; a damaged manifest is a row of
    /// every theory, and <see cref="Require"/> fails on it.
    /// </remarks>
    public static TheoryData<string, string> Cases(Func<JsonElement, string?> kindOf)
    {
        var cases = new TheoryData<string, string>();
        foreach ((string path, JsonElement manifest) in Manifests())
        {
            string? kind = manifest.ValueKind == JsonValueKind.Undefined ? "damaged" : kindOf(manifest);
            if (kind is not null) cases.Add(Path.GetRelativePath(Root!, path), kind);
        }
        if (cases.Count == 0) cases.Add("", "");
        return cases;
    }

    /// <summary>Opens the golden of a row; skips the running test where no golden was found.</summary>
    public static GoldenFile Require(string relativePath)
    {
        if (Root is null) Assert.Skip("no goldens: the shared folder has none and POSTERN_GOLDENS names no folder");
        if (relativePath.Length == 0) Assert.Skip($"no golden of these kinds under {Root}");
        return GoldenFile.Open(Path.Combine(Root!, relativePath));
    }

    private static JsonElement Parse(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
