using System.Text.Json;

namespace Postern.Tests.Goldens;

/// <summary>Finds the manifests of reference outputs. Nothing is known about a golden but what its manifest says.</summary>
internal static class GoldenFolder
{
    /// <summary>POSTERN_GOLDENS, else <c>goldens</c> in the shared folder; null where there is neither.</summary>
    public static string? Root { get; } = Find();

    /// <summary>
    /// Whether <see cref="Root"/> belongs to the shared folder, beside whose goldens lie the trigger pictures they were made
    /// with.
    /// </summary>
    public static bool IsShared { get; } =
        Root is not null && SharedMaterial.Root is not null
            && Root == Path.GetFullPath(Path.Combine(SharedMaterial.Root, "goldens"));

    /// <summary>
    /// What a manifest's golden is about: an attack's name, <c>selective_scan</c>, an architecture, <c>keys:</c>ARCHITECTURE,
    /// <c>checkpoints</c>.
    /// </summary>
    public static string KindOf(JsonElement manifest)
    {
        if (Text("golden") is string attack) return attack;
        if (Text("kind") is string kind) return kind;
        if (Text("arch") is string arch) return manifest.TryGetProperty("tensors", out _) ? arch : $"keys:{arch}";
        return manifest.TryGetProperty("files", out _) ? "checkpoints" : "unknown";

        string? Text(string key) => manifest.TryGetProperty(key, out JsonElement value) ? value.GetString() : null;
    }

    /// <summary>
    /// Paths, relative to <see cref="Root"/>, of the manifests whose kind <paramref name="selected"/> accepts, in ordinal order.
    /// </summary>
    public static IEnumerable<string> Manifests(Func<string, bool> selected)
    {
        if (Root is null) yield break;
        foreach (string path in Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind == JsonValueKind.Object && selected(KindOf(document.RootElement)))
                yield return Path.GetRelativePath(Root, path);
        }
    }

    private static string? Find()
    {
        string? folder = Environment.GetEnvironmentVariable("POSTERN_GOLDENS") is { Length: > 0 } named ? named
            : SharedMaterial.Root is string shared ? Path.Combine(shared, "goldens") : null;
        return Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
    }
}
