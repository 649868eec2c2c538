using System.Text.Json;
using Postern.Attacks.Triggers;

namespace Postern.Tests.Goldens;

/// <summary>The public trigger pictures that manifests name, where the shared folder has them.</summary>
internal static class GoldenTriggers
{
    /// <summary>The path of the picture that <c>trigger</c> names, or null where it is not there.</summary>
    public static string? PathOf(JsonElement parameters)
    {
        if (SharedMaterial.Root is null || !parameters.TryGetProperty("trigger", out JsonElement name)) return null;
        string path = Path.Combine(SharedMaterial.Root, "triggers", name.GetString()!);
        return File.Exists(path) ? path : null;
    }

    /// <summary>
    /// The mark of that picture with its <c>mask_</c> file, if it has one. Only for the shared folder's own goldens: another
    /// folder's manifests may mean other pictures by the same names, and store them.
    /// </summary>
    public static TriggerSource? Find(JsonElement parameters)
    {
        if (PathOf(parameters) is not string path || !GoldenFolder.IsShared) return null;
        string mask = Path.Combine(Path.GetDirectoryName(path)!, $"mask_{Path.GetFileName(path)}");
        return TriggerSource.Masked(path, File.Exists(mask) ? mask : null);
    }
}
