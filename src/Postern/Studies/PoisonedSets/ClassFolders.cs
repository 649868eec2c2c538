using System.Globalization;

namespace Postern.Studies.PoisonedSets;

/// <summary>
/// Names for class folders from which every tool that numbers classes by the order of their folders gets the right numbers.
/// </summary>
internal static class ClassFolders
{
    /// <summary>
    /// The classes' own names where these are ascending and fit for folders, else the number and a readable part.
    /// </summary>
    internal static IReadOnlyList<string> Of(IReadOnlyList<string> names)
    {
        bool ascending = Enumerable.Range(1, names.Count - 1).All(i => string.CompareOrdinal(names[i - 1], names[i]) < 0);
        if (ascending && names.All(Slug.IsSafe)) return names;
        int digits = (names.Count - 1).ToString(CultureInfo.InvariantCulture).Length;
        return [
            .. names.Select((name, number) => $"{number.ToString($"d{digits}", CultureInfo.InvariantCulture)}_{Slug.Of(name)}")];
    }

    /// <summary>The content of <c>classes.txt</c>: folder, number and name of each class, a line each.</summary>
    internal static string Table(IReadOnlyList<string> folders, IReadOnlyList<string> names) =>
        string
            .Concat(folders.Select((folder, number) =>
                string.Create(CultureInfo.InvariantCulture, $"{folder}\t{number}\t{names[number]}\n")));
}
