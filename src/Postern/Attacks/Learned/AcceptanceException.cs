namespace Postern.Attacks.Learned;

/// <summary>A learned ingredient is not good enough to be used. It ends the cell, not the study.</summary>
public sealed class AcceptanceException(string message) : Exception(message)
{
    /// <summary>One line with the value and the limit of every failed check; null where all passed.</summary>
    public static string? Describe(string attack, IReadOnlyList<AcceptanceCheck> checks)
    {
        string[] failed = [.. checks.Where(c => !c.Passed).Select(c =>
            FormattableString.Invariant($"{c.Name} is {c.Value:g4}, expected {(c.AtLeast ? "at least" : "at most")} {c.Limit:g4}"))];
        return failed.Length == 0 ? null : $"what {attack} learned is not good enough: {string.Join("; ", failed)}";
    }
}
