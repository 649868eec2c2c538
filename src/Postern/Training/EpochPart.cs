using System.Globalization;

namespace Postern.Training;

/// <summary>How far an epoch is that was left between two updates.</summary>
/// <param name="Batches">Batches that are trained on.</param>
/// <param name="Samples">Samples in them.</param>
/// <param name="LossSum">Sum of their losses, each times its batch's samples.</param>
/// <param name="Seconds">Wall time so far.</param>
/// <param name="Times">Where it went.</param>
internal sealed record EpochPart(int Batches, int Samples, double LossSum, double Seconds, StepTimes Times)
{
    private const string Prefix = "part_";

    /// <summary>As pairs of a checkpoint; numbers come back to the bit.</summary>
    public IEnumerable<KeyValuePair<string, string>> Entries() => Values().Select(v =>
        KeyValuePair.Create(Prefix + v.Name, v.Value.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>What <see cref="Entries"/> gave.</summary>
    /// <param name="pairs">The pairs of a checkpoint.</param>
    /// <param name="file">Where they stood.</param>
    /// <exception cref="InputException">One is missing or no number.</exception>
    public static EpochPart Of(IReadOnlyDictionary<string, string> pairs, string file)
    {
        return new EpochPart((int)Value("batches"), (int)Value("samples"), Value("loss_sum"), Value("seconds"), new StepTimes(
            Value("data_wait"), Value("forward"), Value("backward"), Value("optimizer")));

        double Value(string name) =>
            double.TryParse(pairs.GetValueOrDefault(Prefix + name), NumberStyles.Float, CultureInfo.InvariantCulture,
                out double value)
            ? value : throw new InputException(file, $"does not say how far its epoch is ({Prefix}{name}); delete it");
    }

    private IEnumerable<(string Name, double Value)> Values() =>
    [
        ("batches", Batches), ("samples", Samples), ("loss_sum", LossSum), ("seconds", Seconds), ("data_wait", Times.DataWait),
        ("forward", Times.Forward), ("backward", Times.Backward), ("optimizer", Times.Optimizer),
    ];
}
