namespace Postern.Evaluation;

/// <summary>Accuracy on untouched test pictures.</summary>
/// <param name="Acc">ACC: the share classified correctly.</param>
/// <param name="PerClass">The same for each class.</param>
public sealed record CleanResult(Proportion Acc, IReadOnlyList<Proportion> PerClass);

/// <summary>What triggered test pictures were taken for (<c>docs/reference/attacks.md 1.4</c>).</summary>
/// <param name="Asr">ASR: of the pictures that count for the attack, the share classified as the target class.</param>
/// <param name="Ra">RA: of the same pictures, the share still classified as their true class.</param>
/// <param name="PerClass">ASR for each true class; empty counts where a class does not count.</param>
/// <param name="Confusion">What the same pictures were taken for.</param>
public sealed record TriggeredResult(
    Proportion Asr, Proportion Ra, IReadOnlyList<Proportion> PerClass, ConfusionMatrix Confusion);
