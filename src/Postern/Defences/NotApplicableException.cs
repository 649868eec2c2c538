namespace Postern.Defences;

/// <summary>
/// A defence cannot be used on a model, and its paper's rule gives no answer: its search finds nothing, or the architecture lacks
/// what it looks at. That is a finding, recorded in the defence's row, and no failure of the cell.
/// </summary>
/// <param name="why">What is missing, in words: <c>no depth reaches a clean error of 0.6</c>.</param>
public sealed class NotApplicableException(string why) : Exception(why);
