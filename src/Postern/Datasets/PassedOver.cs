using System.Globalization;

namespace Postern.Datasets;

/// <summary>
/// What lies among the pictures of a dataset and is not read, counted, so that nothing is dropped without a word.
/// </summary>
internal sealed class PassedOver
{
    private const int EndingsShown = 6;

    // Pictures all the same, so that whoever has them should hear of it.
    private static readonly string[] Unread =
        [".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2", ".j2k", ".jxl", ".svg", ".tga", ".psd", ".npy", ".mat"];

    private readonly SortedDictionary<string, int> endings = new(StringComparer.Ordinal);
    private int hidden, outside;
    private string firstHidden = "", firstOther = "", firstOutside = "";

    /// <summary>Counts names that hide themselves (<see cref="HiddenName"/>).</summary>
    internal void Hidden(IReadOnlyList<string> names)
    {
        if (hidden == 0 && names.Count > 0) firstHidden = names[0];
        hidden += names.Count;
    }

    /// <summary>Counts a file that is no picture.</summary>
    internal void Other(string file)
    {
        if (firstOther.Length == 0) firstOther = file;
        string ending = Path.GetExtension(file).ToLowerInvariant();
        endings[ending] = endings.GetValueOrDefault(ending) + 1;
    }

    /// <summary>Takes back a file that is of use after all, such as a list of labels.</summary>
    internal void Used(string file)
    {
        string ending = Path.GetExtension(file).ToLowerInvariant();
        if (endings.TryGetValue(ending, out int count) && count > 1) endings[ending] = count - 1;
        else endings.Remove(ending);
        if (firstOther == file) firstOther = "";
    }

    /// <summary>Counts a picture that has no class.</summary>
    internal void Outside(string file)
    {
        if (outside++ == 0) firstOutside = file;
    }

    /// <summary>One sentence for the user; null where there was nothing.</summary>
    internal string? Note
    {
        get
        {
            var parts = new List<string>();
            if (hidden > 0) parts.Add(Text($"{hidden} hidden or system files and folders (such as {firstHidden})"));
            if (endings.Count > 0) parts.Add(Text($"{endings.Values.Sum()} files that are no pictures Postern reads ({Kinds})"));
            if (outside > 0) parts.Add(Text($"{outside} pictures outside the class folders (such as {firstOutside})"));
            if (parts.Count == 0) return null;
            string[] lost = [.. endings.Keys.Where(Unread.Contains)];
            string cure = lost.Length > 0 ? $"; convert {string.Join(", ", lost)} to PNG where they belong to the set" : "";
            return $"passed over: {string.Join("; ", parts)}{cure}";
        }
    }

    private string Kinds
    {
        get
        {
            IEnumerable<string> kinds = endings.OrderByDescending(e => e.Value).Take(EndingsShown)
                .Select(e => Text($"{e.Value} {(e.Key.Length > 0 ? e.Key : "without ending")}"));
            string more = endings.Count > EndingsShown ? ", ..." : "";
            string example = firstOther.Length > 0 ? $"; such as {firstOther}" : "";
            return $"{string.Join(", ", kinds)}{more}{example}";
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
