namespace Postern.Evaluation;

/// <summary>
/// What a few poisoned pictures make of repaired weights (Min et al. 2023). Without the floor a high ASR afterwards proves
/// nothing: so many pictures may plant a backdoor into any model.
/// </summary>
/// <param name="Pictures">Pictures of the re-tuning, poisons among them.</param>
/// <param name="Poisons">Triggered ones with the target's label.</param>
/// <param name="Before">O-ASR: ASR of the repaired model.</param>
/// <param name="After">P-ASR: ASR after re-tuning.</param>
/// <param name="FloorBefore">ASR of a clean model that was repaired alike.</param>
/// <param name="FloorAfter">ASR of that model after the same re-tuning.</param>
public sealed record RetuningResult(
    int Pictures, int Poisons, Proportion Before, Proportion After, Proportion FloorBefore, Proportion FloorAfter);
