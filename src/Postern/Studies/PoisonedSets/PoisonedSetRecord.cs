using Postern.Learning;

namespace Postern.Studies.PoisonedSets;

/// <summary>
/// <c>poison.json</c>: what was done to a dataset. It holds no time and no path, so the same request gives the same bytes.
/// </summary>
public sealed record PoisonedSetRecord
{
    /// <summary>Catalogue name of the dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>How the dataset lay on disk.</summary>
    public required string Layout { get; init; }

    /// <summary>Fingerprint of the training split before poisoning, SHA-256 in hex.</summary>
    public required string TrainFingerprint { get; init; }

    /// <summary>Fingerprint of the test split, SHA-256 in hex.</summary>
    public required string TestFingerprint { get; init; }

    /// <summary>Attack with every option.</summary>
    public required ChoiceRecord Attack { get; init; }

    /// <summary>y_t.</summary>
    public required int TargetClass { get; init; }

    /// <summary>The seed that chose the poisons.</summary>
    public required long Seed { get; init; }

    /// <summary><c>imagefolder</c> or <c>parquet</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Side of the pictures in pixels.</summary>
    public required int PictureSize { get; init; }

    /// <summary>[classes], names by class number.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>
    /// Poisons and covers with their labels before and after, requested and realised; null where the training split is not
    /// written.
    /// </summary>
    public PlanRecord? Plan { get; init; }

    /// <summary>Why the plan holds less than was asked for; null where it does not.</summary>
    public string? Warning { get; init; }

    /// <summary>What was to be said about the dataset, such as that it was poisoned before.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What was written.</summary>
    public required IReadOnlyList<PoisonedPartRecord> Parts { get; init; }

    /// <summary>What the trigger does (<see cref="Attacks.TriggerFingerprint"/>), SHA-256 in hex.</summary>
    public required string TriggerSha256 { get; init; }

    /// <summary>SHA-256 of the pictures that the trigger is made of (reflections); null where there are none.</summary>
    public string? TriggerPicturesSha256 { get; init; }

    /// <summary>What was measured on the artifacts of a learned attack; empty for other attacks.</summary>
    public IReadOnlyList<AcceptanceCheck> Acceptance { get; init; } = [];

    /// <summary>SHA-256 of <c>SHA256SUMS</c>, which holds that of every other file but this one.</summary>
    public required string FilesSha256 { get; init; }

    /// <summary>Version of Postern.</summary>
    public required string Version { get; init; }
}

/// <summary>A part of a poisoned set.</summary>
/// <param name="Name">Name of its folder or file.</param>
/// <param name="Pictures">How many pictures it holds.</param>
/// <param name="Triggered">How many of them carry a trigger.</param>
public sealed record PoisonedPartRecord(string Name, int Pictures, int Triggered);
