using System.Globalization;

namespace Postern.Models;

/// <summary>Names and shapes of a set of weights, from which a family of backbones recognises its own.</summary>
public sealed class WeightShapes(IReadOnlyDictionary<string, long[]> shapes)
{
    /// <summary>
    /// Whether there is a tensor <paramref name="name"/> of <paramref name="dimensions"/> dimensions, none of them empty.
    /// </summary>
    public bool Has(string name, int dimensions) =>
        shapes.TryGetValue(name, out long[]? shape) && shape.Length == dimensions
            && Array.TrueForAll(shape, side => side is > 0 and < int.MaxValue);

    /// <summary>Side <paramref name="dimension"/> of a tensor that is there.</summary>
    public int Side(string name, int dimension) => (int)shapes[name][dimension];

    /// <summary>Side <paramref name="dimension"/> of a tensor that is there, as an option's value.</summary>
    public string Text(string name, int dimension) => Side(name, dimension).ToString(CultureInfo.InvariantCulture);

    /// <summary>How many of <c>prefix0</c>, <c>prefix1</c>, ... begin a name, counted without a gap.</summary>
    public int Count(string prefix)
    {
        int count = 0;
        while (shapes.Keys.Any(k => k.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{prefix}{count}."),
            StringComparison.Ordinal))) count++;
        return count;
    }
}

/// <summary>The sizes that a set of weights needs.</summary>
/// <param name="Options">Values of the entry's options that can be seen in shapes, in the text form of the study file.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="ImageSize">Side of the input; 0 for any.</param>
public sealed record WeightSizes(IReadOnlyDictionary<string, string> Options, int Classes, int ImageSize);
