using Postern.Models;

namespace Postern.Defences.Repairs;

/// <summary>Makes new weights of a trained model's, with the clean pictures that a defender holds. Immutable.</summary>
public interface IRepair
{
    /// <summary>Changes the model's weights in place.</summary>
    /// <exception cref="NotApplicableException">It has no answer for this model.</exception>
    void Repair(RepairInputs given);
}

/// <summary>What a repair is given. It is told nothing of the attack, not even whether there was one.</summary>
/// <param name="Model">The trained model.</param>
/// <param name="Clean">What the defender holds; thresholds are chosen by its validation part.</param>
/// <param name="Seed">Seed of every draw.</param>
/// <param name="Progress">Hears what share is done, 0 to 1.</param>
/// <param name="Cancel">Stops it.</param>
public sealed record RepairInputs(
    Backbone Model, CleanPictures Clean, long Seed, Action<double> Progress, CancellationToken Cancel)
{
    /// <summary>Makes another network of the same architecture, with initial weights; the caller disposes it.</summary>
    public required Func<Backbone> Another { get; init; }
}
