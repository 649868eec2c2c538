using System.Text.Json.Serialization;

namespace Postern.Learning;

/// <summary>
/// A measure that a made artifact must reach before it is used (<c>docs/reference/attacks.md 2.6</c>, 2.10, 2.11); kept with
/// the artifact and in the record of every cell that uses it.
/// </summary>
/// <param name="Name">What was measured, with its unit.</param>
/// <param name="Value">What was found.</param>
/// <param name="Limit">What is asked for.</param>
/// <param name="AtLeast">Whether <paramref name="Value"/> must be at least <paramref name="Limit"/> rather than at most.</param>
public sealed record AcceptanceCheck(string Name, double Value, double Limit, bool AtLeast)
{
    /// <summary>Whether the limit is kept; a value that is no number never does.</summary>
    [JsonIgnore]
    public bool Passed => AtLeast ? Value >= Limit : Value <= Limit;

    /// <summary>In words: <c>bit accuracy is 0.93, must be at least 0.99</c>.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Name} is {Value:0.####}, must be at {(AtLeast ? "least" : "most")} {Limit:0.####}");
}

/// <summary>An artifact was made, but is not good enough to be used; the message says what was measured.</summary>
public sealed class ArtifactRefusedException(string message) : Exception(message);

/// <summary>An artifact is not in the cache, and none shall be made (<see cref="PreparationContext.FromCacheOnly"/>).</summary>
public sealed class ArtifactMissingException(string message) : Exception(message);
