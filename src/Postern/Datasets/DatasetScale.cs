using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>
/// How large a dataset is, without opening it: as published (<c>docs/reference/attacks.md 1.1</c>), cut down as a study's options
/// say.
/// </summary>
/// <param name="Train">Training pictures.</param>
/// <param name="Test">Test pictures.</param>
/// <param name="InputSize">Side of the model's input.</param>
/// <param name="Classes">Classes.</param>
public sealed record DatasetScale(int Train, int Test, int InputSize, int Classes)
{
    /// <summary>Side of the stored pictures, larger than <see cref="InputSize"/> where the input is cut out of them.</summary>
    public int StoredSize { get; init; } = InputSize;

    /// <summary>Why <see cref="Train"/> and <see cref="Test"/> are no count of pictures that are there; null where they are.
    /// </summary>
    public string? Guess { get; init; }

    /// <summary>Names of the classes, by number, where they do not depend on what lies on disk; else empty.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>The published scale with the choice's subsets.</summary>
    internal DatasetScale Limited(Choice choice)
    {
        return this with { Train = Limit("train_subset", Train), Test = Limit("test_subset", Test) };

        int Limit(string option, int all) => choice.Integer(option) is > 0 and int count ? Math.Min(count, all) : all;
    }
}
