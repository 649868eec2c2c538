namespace Postern.Attacks.Learned;

/// <summary>Hears how the preparation of an attack goes on. Called from the preparing thread only.</summary>
public interface IPreparationProgress
{
    /// <summary>After each step of the work.</summary>
    /// <param name="ingredient">What is being made, e.g. <c>clb-surrogate</c>.</param>
    /// <param name="fraction">The share of it that is done, 0 to 1.</param>
    /// <param name="detail">One line about it.</param>
    void Report(string ingredient, double fraction, string detail);
}
