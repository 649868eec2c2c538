using Postern.Attacks;
using Postern.Training.Input;

namespace Postern.Probes;

/// <summary>
/// Plants an attack's test-time trigger in another place: the picture is moved under it, around its edges, and back again.
/// </summary>
/// <param name="Attack">The attack.</param>
/// <param name="Down">Rows that the trigger is moved down.</param>
/// <param name="Right">Columns that it is moved to the right.</param>
/// <param name="Crops">Whether the network's input is cut out of a larger stored picture.</param>
public sealed record MovedTrigger(Attack Attack, int Down, int Right, bool Crops) : ISampleTransform
{
    /// <summary>The part of the trigger that is planted, where it stands before it is moved; null for all of it.</summary>
    public TriggerBox? Part { get; init; }

    /// <inheritdoc/>
    public int LabelOf(int index, int trueLabel) => trueLabel;

    /// <inheritdoc/>
    public bool Changes(int index) => true;

    /// <inheritdoc/>
    public void ChangeStored(int index, Span<float> pixels, int size)
    {
        if (!Attack.EntersAtInput(Crops)) Plant(index, pixels, size);
    }

    /// <inheritdoc/>
    public void ChangeInput(int index, Span<float> pixels, int size)
    {
        if (Attack.EntersAtInput(Crops)) Plant(index, pixels, size);
    }

    private void Plant(int index, Span<float> pixels, int size)
    {
        float[] moved = new float[pixels.Length];
        Roll(pixels, moved, size, Down, Right);
        float[] before = Part is null ? [] : [.. moved];
        Attack.ApplyTest(index, moved, size);
        for (int i = 0; i < before.Length; i++)
            if (!Part!.Value.Contains(i / size % size, i % size)) moved[i] = before[i];
        Roll(moved, pixels, size, -Down, -Right);
    }

    /// <summary>What stands so many rows below and columns to the right, at each pixel.</summary>
    private static void Roll(ReadOnlySpan<float> from, Span<float> to, int size, int down, int right)
    {
        for (int row = 0; row < 3 * size; row++)
        {
            // Planes follow each other, each with rows of its own.
            int source = row / size * size + Around(row % size + down, size);
            for (int column = 0; column < size; column++)
                to[row * size + column] = from[source * size + Around(column + right, size)];
        }
    }

    private static int Around(int place, int size) => (place % size + size) % size;
}
