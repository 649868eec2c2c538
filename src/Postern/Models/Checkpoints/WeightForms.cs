namespace Postern.Models.Checkpoints;

/// <summary>
/// The readings of a dictionary of tensors: programs wrap a network before they save it, and every wrapper adds to the front of
/// its tensors' names. Each reading takes more off; which one is the model's own shows in the model's names alone.
/// </summary>
internal static class WeightForms
{
    private const int MostLevels = 8, MostGroups = 16;

    // DataParallel and SWA, torch.compile, FSDP, activation checkpointing, Fabric; no model's own names begin so.
    private static readonly string[] Wrappers =
        ["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module"];

    /// <summary>
    /// The readings, the one that takes off least first: without wrappers; without further beginnings that all names share
    /// (<c>model.</c>, <c>net.</c>, <c>backbone.</c>); without wrappers inside names; and the parts whose names begin alike.
    /// </summary>
    /// <param name="at">Where the dictionary lies.</param>
    /// <param name="shapes">Its tensors' shapes by name, at least one.</param>
    internal static IEnumerable<WeightCandidate> Of(string at, IReadOnlyDictionary<string, long[]> shapes)
    {
        Named[] all = [.. shapes.Select(s => new Named(s.Key, s.Key, s.Value))];
        Named[] layers = [.. all.Where(t => !WeightCandidate.IsLoose(t.Name, t.Shape))];
        if (layers.Length == 0) return [Form(at, "", all)];
        return Levels(at, all, layers).Concat(Unwrapped(at, layers));
    }

    private static IEnumerable<WeightCandidate> Levels(string at, Named[] all, Named[] layers)
    {
        string prefix = WrappersOf(layers, "");
        // What stands beside the layers has no layer's beginning; it belongs to names that are as the file has them.
        yield return Form(at, prefix, prefix.Length == 0 ? all : layers);
        foreach (string longer in Further(layers, prefix))
        {
            prefix = longer;
            yield return Form(at, prefix, layers);
        }
        IGrouping<string, Named>[] parts = [.. layers.GroupBy(t => FirstPart(t.Name, prefix.Length) ?? "")
            .Where(part => part.Key.Length > 0 && part.Skip(1).Any()).Take(MostGroups)];
        foreach (IGrouping<string, Named> part in parts)
        {
            Named[] members = [.. part];
            string beginning = WrappersOf(members, prefix + part.Key);
            yield return Form(at, beginning, members);
            foreach (string longer in Further(members, beginning)) yield return Form(at, longer, members);
        }
    }

    private static IEnumerable<WeightCandidate> Unwrapped(string at, Named[] layers)
    {
        int start = WrappersOf(layers, "").Length;
        if (!layers.Any(t => t.Name[start..].Split('.').Intersect(Wrappers).Any())) return [];
        Named[] bare = Array.ConvertAll(layers,
            t => t with { Name = string.Join('.', t.Name.Split('.').Where(part => !Wrappers.Contains(part))) });
        return bare.Select(t => t.Name).Distinct(StringComparer.Ordinal).Count() == bare.Length
            && bare.All(t => t.Name.Length > 0)
            ? Levels(at, bare, bare) : [];
    }

    private static IEnumerable<string> Further(Named[] tensors, string prefix)
    {
        for (int level = 0; level < MostLevels && Shared(tensors, prefix) is string part; level++)
            yield return prefix = WrappersOf(tensors, prefix + part);
    }

    private static string WrappersOf(Named[] tensors, string prefix)
    {
        for (int level = 0; level < MostLevels && Shared(tensors, prefix) is string part
            && Wrappers.Contains(part[..^1]); level++)
            prefix += part;
        return prefix;
    }

    /// <summary>The next part of the names, with its dot, where all have the same and more follows it.</summary>
    private static string? Shared(Named[] tensors, string prefix) =>
        FirstPart(tensors[0].Name, prefix.Length) is string part
        && Array.TrueForAll(tensors, t => string.CompareOrdinal(t.Name, prefix.Length, part, 0, part.Length) == 0) ? part : null;

    private static string? FirstPart(string name, int start) =>
        name.IndexOf('.', start) is > 0 and int dot && dot < name.Length - 1 ? name[start..(dot + 1)] : null;

    private static WeightCandidate Form(string at, string prefix, Named[] tensors) => new(at, prefix,
        tensors.ToDictionary(t => t.Name[prefix.Length..], t => t.Stored, StringComparer.Ordinal),
        tensors.ToDictionary(t => t.Name[prefix.Length..], t => t.Shape, StringComparer.Ordinal));

    /// <summary>A tensor: its name in the file, its name so far, its shape.</summary>
    private sealed record Named(string Stored, string Name, long[] Shape);
}
