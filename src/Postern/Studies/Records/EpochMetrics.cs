using Postern.Training;

namespace Postern.Studies;

/// <summary>One line of <c>metrics.jsonl</c>. Fractions are 0 to 1; null where nothing was measured.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="Step">Steps since the start of training.</param>
/// <param name="Loss">Mean training loss of the epoch.</param>
/// <param name="Lr">Learning rate of the epoch's last step.</param>
/// <param name="Acc">Accuracy on clean test pictures.</param>
/// <param name="Asr">Attack success rate.</param>
/// <param name="Ra">Accuracy on the true labels of triggered pictures.</param>
/// <param name="ImagesPerSecond">Samples trained a second.</param>
/// <param name="DataWait">Share of the time that training waited for batches.</param>
/// <param name="Seconds">Wall time of the epoch's training.</param>
public sealed record EpochMetrics(
    int Epoch, long Step, double Loss, double Lr, double? Acc, double? Asr, double? Ra,
    double ImagesPerSecond, double DataWait, double Seconds)
{
    /// <summary>The line for a finished epoch and what was measured after it.</summary>
    public static EpochMetrics Of(EpochResult epoch, double? acc = null, double? asr = null, double? ra = null) => new(
        epoch.Epoch, epoch.Step, epoch.Loss, epoch.LearningRate, acc, asr, ra, epoch.ImagesPerSecond, epoch.DataWait,
        epoch.Seconds);
}
