namespace Postern.Training.Input;

/// <summary>What one step of a training loop learns from.</summary>
internal interface ITrainingBatch : IDisposable
{
    /// <summary>How many samples it counts for.</summary>
    int Samples { get; }
}
