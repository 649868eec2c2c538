using Postern.Evaluation;
using Postern.Probes;

namespace Postern.Studies;

/// <summary><c>knock-outs.json</c>: what <c>postern probe</c> found of a cell. It decides nothing about the cell.</summary>
/// <param name="Id">The cell's id.</param>
/// <param name="Weights">Whose weights were tried: those that tables show.</param>
/// <param name="Pictures">How many pictures were asked for; 0 for all.</param>
/// <param name="Result">What was found.</param>
public sealed record KnockOutRecord(string Id, MeasuredWeights Weights, int Pictures, KnockOutResult Result)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "knock-outs.json";
}
