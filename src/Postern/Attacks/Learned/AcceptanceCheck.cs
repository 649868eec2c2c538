namespace Postern.Attacks.Learned;

/// <summary>A property that a learned ingredient must have before a cell may use it.</summary>
/// <param name="Name">What is measured, <c>snake_case</c>.</param>
/// <param name="Value">What was found.</param>
/// <param name="Limit">The bound.</param>
/// <param name="AtLeast">Whether the limit is the smallest good value rather than the largest.</param>
public sealed record AcceptanceCheck(string Name, double Value, double Limit, bool AtLeast)
{
    /// <summary>Whether the value keeps to the limit; a value that is no number does not.</summary>
    public bool Passed => AtLeast ? Value >= Limit : Value <= Limit;
}
