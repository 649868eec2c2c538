using Postern.Configuration;

namespace Postern.Attacks.Triggers;

/// <summary>
/// Where a trigger from a file stands in the picture that it is planted into, and how large; it covers the whole picture where
/// neither is given.
/// </summary>
/// <param name="At">
/// Column and row of its upper left pixel; a negative number counts from the right or lower edge, at which -1 stands. Empty for
/// the lower right corner.
/// </param>
/// <param name="Size">Width and height in pixels, or the width alone; empty for the file's own.</param>
public sealed record TriggerPlace(IReadOnlyList<int> At, IReadOnlyList<int> Size)
{
    /// <summary>Over the whole picture.</summary>
    public static TriggerPlace Whole { get; } = new([], []);

    /// <summary>Whether it covers the whole picture.</summary>
    public bool IsWhole => At.Count == 0 && Size.Count == 0;

    /// <summary>The options' values, checked.</summary>
    /// <exception cref="InputException">A place that is not two numbers, or a size that is not one or two.</exception>
    internal static TriggerPlace Of(Choice choice, string at, string size)
    {
        int[] place = choice.Integers(at), sides = choice.Integers(size);
        if (place.Length is not (0 or 2))
            throw choice.Error(
                $"{at} holds {place.Length} numbers, expected the column and the row, such as [28, 28] or [-1, -1]");
        return sides.Length <= 2 ? new TriggerPlace(place, sides)
            : throw choice.Error($"{size} holds {sides.Length} numbers, expected width and height, or the width alone");
    }

    /// <summary>
    /// Width and height of the trigger of a file of <paramref name="width"/> x <paramref name="height"/> pixels.
    /// </summary>
    internal (int Width, int Height) SizeOf(int width, int height) => Size.Count switch
    {
        0 => (width, height),
        1 => (Size[0], Math.Max(1, (int)Math.Round((double)height * Size[0] / width, MidpointRounding.AwayFromZero))),
        _ => (Size[0], Size[1]),
    };

    /// <summary>The first column and row of a trigger in pictures of side <paramref name="size"/>.</summary>
    /// <exception cref="InputException">It reaches out of the picture; the message names <paramref name="source"/>.</exception>
    internal (int Left, int Top) In(int size, int width, int height, string source)
    {
        (int left, int top) = At.Count == 0 ? (size - width, size - height) : (From(At[0], width), From(At[1], height));
        if (left >= 0 && top >= 0 && left + width <= size && top + height <= size) return (left, top);
        throw new InputException(source,
            $"the trigger of {width}x{height} pixels, its upper left one at column {left} and row {top}, "
            + $"reaches out of pictures of {size}x{size}; set trigger_at and trigger_size so that it lies within");

        int From(int at, int side) => at >= 0 ? at : size - side + at + 1;
    }
}
