namespace Postern.Training;

/// <summary>What an epoch of training gave.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="Step">Steps done since the start of training.</param>
/// <param name="Loss">Mean over the epoch's samples.</param>
/// <param name="LearningRate">Of the epoch's last step.</param>
/// <param name="ImagesPerSecond">Samples trained a second, waiting included.</param>
/// <param name="DataWait">Share of the time that training waited for batches, 0 to 1.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Times">Where it went.</param>
public sealed record EpochResult(
    int Epoch, long Step, double Loss, double LearningRate, double ImagesPerSecond, double DataWait, double Seconds,
    StepTimes Times)
{
    /// <summary>Samples trained on.</summary>
    public int Samples { get; init; }
}

/// <summary>Progress within an epoch, reported after every step.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="Samples">Samples done in this epoch.</param>
/// <param name="Total">Samples of an epoch.</param>
/// <param name="Loss">The step's loss.</param>
public readonly record struct StepProgress(int Epoch, int Samples, int Total, double Loss)
{
    /// <summary>How much of <paramref name="epochs"/> epochs is done, 0 to 1.</summary>
    public double ShareOf(int epochs) => (Epoch - 1 + Samples / (double)Total) / epochs;
}

/// <summary>Training cannot go on: the loss is not a number any more.</summary>
public sealed class DivergedException(string message) : Exception(message);
