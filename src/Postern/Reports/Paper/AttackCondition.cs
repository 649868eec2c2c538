using Postern.Configuration;

namespace Postern.Reports.Paper;

/// <summary>Options of an attack that a published value names; null stands for anything.</summary>
/// <param name="PoisonRate">Share of the training set that is poisoned, 0 to 1.</param>
/// <param name="Intensity">Strength of the per-patch trigger in 8-bit steps.</param>
public sealed record AttackCondition(decimal? PoisonRate, decimal? Intensity)
{
    /// <summary>No condition.</summary>
    public static AttackCondition Any { get; } = new(null, null);

    /// <summary>Whether it names nothing.</summary>
    public bool IsEmpty => PoisonRate is null && Intensity is null;

    /// <summary>The options of <paramref name="attack"/>; null where it has none of that name.</summary>
    public static AttackCondition Of(Choice attack) => new(Number(attack, "poison_rate"), Number(attack, "intensity"));

    /// <summary>Whether <paramref name="attack"/> has exactly the options that this names.</summary>
    public bool Holds(AttackCondition attack) =>
        (PoisonRate is null || PoisonRate == attack.PoisonRate) && (Intensity is null || Intensity == attack.Intensity);

    private static decimal? Number(Choice attack, string option) =>
        attack.Values.TryGetValue(option, out string? text) ? OptionValue.ParseNumber(text) : null;
}
