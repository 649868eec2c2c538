namespace Postern.Defences.Repairs;

/// <summary>
/// Fine-tuning of all weights on the clean split (<c>docs/reference/defences.md 8</c>): the baseline that every other repair must
/// beat.
/// </summary>
/// <param name="settings">How it trains.</param>
internal sealed class FineTune(TuningSettings settings) : IRepair
{
    internal static DefenceEntry Entry { get; } = RepairEntry.Of("ft", "fine-tuning on the clean split",
        TuningSettings.Options(epochs: 100, batch: 256, decay: "0.0005"),
        choice => new FineTune(TuningSettings.Of(choice)));

    /// <inheritdoc/>
    public void Repair(RepairInputs given) => Tune(given, settings);

    /// <summary>Fine-tunes at the rate that the settings choose.</summary>
    internal static void Tune(RepairInputs given, TuningSettings settings) =>
        RateChoice.Run(given, settings,
            (rate, at) => new CleanTuning { Given = at, Settings = settings, Rate = rate }.Run());
}
