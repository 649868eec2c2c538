using System.Globalization;
using Postern.Datasets;
using Postern.Imaging;

namespace Postern.Studies.PoisonedSets;

/// <summary>
/// Names for the pictures of a part: those that they had on disk, where they lay in files of their own, else their index in the
/// split. No two pictures of a class folder have names that differ in nothing but the case of letters.
/// </summary>
internal static class PictureNames
{
    private const int FewestDigits = 5;

    /// <summary>The name of each of the pictures of <paramref name="images"/> at <paramref name="indices"/>.</summary>
    /// <param name="images">The split.</param>
    /// <param name="indices">Which of its pictures.</param>
    /// <param name="labelOf">The class folder that a position of <paramref name="indices"/> is written to.</param>
    internal static string[] Of(ImageSet images, IReadOnlyList<int> indices, Func<int, int> labelOf)
    {
        int digits = Math.Max(FewestDigits, Text(images.Count - 1, 1).Length);
        var taken = new HashSet<(int Label, string Name)>();
        string[] names = new string[indices.Count];
        for (int i = 0; i < names.Length; i++)
        {
            string number = Text(indices[i], digits), name = OwnName(images.NameOf(indices[i])) ?? number;
            int label = labelOf(i);
            // Pictures of two folders may come together in one, as poisons do.
            if (!taken.Add((label, Same(name))))
            {
                name = $"{name}-{number}";
                while (!taken.Add((label, Same(name)))) name += "x";
            }
            names[i] = $"{name}.png";
        }
        return names;
    }

    private static string? OwnName(string source)
    {
        string file = source[(source.LastIndexOfAny(['/', '\\']) + 1)..];
        return PictureKind.HasEnding(file) && Path.GetFileNameWithoutExtension(file) is { Length: > 0 } stem ? stem : null;
    }

    private static string Same(string name) => name.Normalize().ToUpperInvariant();

    private static string Text(int number, int digits) => number.ToString($"d{digits}", CultureInfo.InvariantCulture);
}
