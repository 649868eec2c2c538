using Postern.Training.Input;
using static TorchSharp.torch;

namespace Postern.Training;

/// <summary>What an epoch of a <see cref="TrainingLoop"/> does: whose batches, which loss, which networks move.</summary>
/// <typeparam name="TBatch">What a step learns from.</typeparam>
internal sealed record TrainingEpoch<TBatch> where TBatch : ITrainingBatch
{
    /// <summary>The batches, from <see cref="TrainingLoop.Begun"/> on; the loop disposes each.</summary>
    public required IEnumerable<TBatch> Batches { get; init; }

    /// <summary>How many batches there are.</summary>
    public required int Steps { get; init; }

    /// <summary>How many samples they hold.</summary>
    public required int Samples { get; init; }

    /// <summary>The loss of a batch, a scalar that gradients flow from.</summary>
    public required Func<TBatch, Tensor> Loss { get; init; }

    /// <summary>Says why the loss of a batch is no number, before the networks are updated; null for the usual advice.</summary>
    public Func<TBatch, string>? Explain { get; init; }

    /// <summary>Which networks are updated.</summary>
    public required IReadOnlyList<NetworkUpdate> Updates { get; init; }

    /// <summary>
    /// Whether epochs have different numbers of batches, so that finished steps do not say how many epochs are.
    /// </summary>
    public bool VariesInLength { get; init; }

    /// <summary>Batches whose gradients make one update; the last update may have fewer.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>
    /// The loss of a batch in so many parts, in the order of its samples, whose sum it is; null where it cannot be had so.
    /// </summary>
    public Func<TBatch, int, IEnumerable<Func<Tensor>>>? LossInParts { get; init; }

    /// <summary>Why there is no <see cref="LossInParts"/>, as part of a sentence.</summary>
    public string WhyWhole { get; init; } = "its loss is made of the whole batch";

    /// <summary>Told in how many parts steps are done from now on, as a card has no memory for fewer.</summary>
    public Action<int>? Divided { get; init; }

    /// <summary>Stops the epoch after an update, where its state can be saved.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Takes each batch over and gives the one to train on; null for no change.</summary>
    public Func<TBatch, TBatch>? Change { get; init; }
}

/// <summary>How a network is updated after a step.</summary>
/// <param name="Network">The network.</param>
/// <param name="Rate">Its learning rate at a fractional epoch: (steps done) / (steps an epoch).</param>
internal sealed record NetworkUpdate(TrainedNetwork Network, Func<double, double> Rate);
