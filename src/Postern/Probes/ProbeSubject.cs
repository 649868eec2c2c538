using Postern.Attacks;
using Postern.Configuration;
using Postern.Evaluation;
using Postern.Models;

namespace Postern.Probes;

/// <summary>What a probe looks at.</summary>
/// <param name="Evaluator">Has the trained network and the test pictures.</param>
/// <param name="Attack">Whose backdoor it may have, made ready; null for none.</param>
/// <param name="Choice">The probe with its options.</param>
public sealed record ProbeSubject(Evaluator Evaluator, Attack? Attack, Choice Choice)
{
    /// <summary>The network.</summary>
    public Backbone Model => Evaluator.Model;

    /// <summary>How many clean and how many triggered test pictures, every class at its share; 0 for all.</summary>
    public int Pictures => Choice.Integer(Probe.PicturesOption);

    /// <summary>
    /// The seed of the cell. What is drawn to choose pictures or tokens hangs on none, so that cells are compared on the same.
    /// </summary>
    public long Seed => Evaluator.Seed;
}
