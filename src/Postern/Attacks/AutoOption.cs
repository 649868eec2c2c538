using Postern.Configuration;

namespace Postern.Attacks;

/// <summary>An option whose word <c>auto</c> leaves the value to the pictures that triggers are planted into.</summary>
/// <param name="Name">The option.</param>
/// <param name="Value">What <c>auto</c> stands for, given the attack's options.</param>
public sealed record AutoOption(string Name, Func<Choice, PlantedPictures, string> Value)
{
    /// <summary>The word.</summary>
    internal const string Word = "auto";
}

/// <summary>The pictures that triggers are planted into, as they are known before a dataset is opened.</summary>
/// <param name="Dataset">Catalogue name of the dataset.</param>
/// <param name="StoredSize">Side of the stored pictures, in pixels.</param>
/// <param name="InputSize">Side of the model's input, in pixels.</param>
public readonly record struct PlantedPictures(string Dataset, int StoredSize, int InputSize)
{
    /// <summary>Whether the model's input is cut out of a larger stored picture.</summary>
    public bool Crops => InputSize != StoredSize;
}
