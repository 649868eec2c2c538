namespace Postern.Evaluation;

/// <summary>Which weights of a model were measured.</summary>
public enum MeasuredWeights
{
    /// <summary>Those after the last step of training.</summary>
    Last,
    /// <summary>Their running mean over training (EMA).</summary>
    Average,
    /// <summary>Those that a repair made of the trained ones.</summary>
    Repaired,
}

/// <summary>What the test pictures went through on their way to the model.</summary>
public enum MeasuredInput
{
    /// <summary>Nothing but evaluation's own crop.</summary>
    Plain,
    /// <summary>A defence's transform of inputs.</summary>
    Defended,
}

/// <summary>ACC, ASR and RA of some weights on some input, with the counts behind them.</summary>
/// <param name="Weights">Whose.</param>
/// <param name="Input">What the pictures went through.</param>
/// <param name="Acc">Clean test pictures, and how many of them are classified correctly.</param>
/// <param name="Asr">
/// Triggered test pictures that count, and how many are classified as the target class; null without an attack.
/// </param>
/// <param name="Ra">The same pictures, and how many are still classified as their true class; null without an attack.</param>
public sealed record Measurement(MeasuredWeights Weights, MeasuredInput Input, Proportion Acc, Proportion? Asr, Proportion? Ra)
{
    /// <summary>
    /// The training set's poisons, and how many are classified as the target class: high where they were memorised, low where
    /// training did not reach them. Null without poisons, and in results that did not record it.
    /// </summary>
    public Proportion? PoisonFit { get; init; }

    /// <summary>What both passes over the test pictures gave.</summary>
    public static Measurement Of(
        MeasuredWeights weights, MeasuredInput input, (CleanResult Clean, TriggeredResult? Triggered) measured) =>
        new(weights, input, measured.Clean.Acc, measured.Triggered?.Asr, measured.Triggered?.Ra);

    /// <summary>Why the counts cannot be true, or null where they can.</summary>
    public string? Contradiction()
    {
        if (Wrong(Acc)) return $"acc_correct {Acc.Hits} of {Acc.Total}";
        if (Asr is Proportion asr && Wrong(asr)) return $"asr_hits {asr.Hits} of {asr.Total}";
        if (Ra is Proportion ra && Wrong(ra)) return $"ra_correct {ra.Hits} of {ra.Total}";
        if (PoisonFit is Proportion fit && Wrong(fit)) return $"poison_fit {fit.Hits} of {fit.Total}";
        return Asr is Proportion a && Ra is Proportion r && a.Total != r.Total
            ? $"asr of {a.Total} pictures, ra of {r.Total}" : null;
    }

    private static bool Wrong(Proportion share) => share.Hits < 0 || share.Hits > share.Total;
}
