using Postern.Configuration;

namespace Postern.Defences.Detectors;

/// <summary>
/// How many test pictures a detector is shown: one that makes many passes for each needs hours for all of them.
/// </summary>
internal static class InspectedPictures
{
    private const string Name = "pictures";

    /// <summary>The option.</summary>
    internal static OptionInfo Option(int usual) => new(Name, OptionKind.Integer, FormattableString.Invariant($"{usual}"),
        "clean and triggered test pictures that are scored, of each at most so many, every class at its share; 0 for all")
    {
        Min = 0,
        DecidesTraining = false,
    };

    /// <summary>What was set.</summary>
    internal static int Of(Choice choice) => choice.Integer(Name);
}
