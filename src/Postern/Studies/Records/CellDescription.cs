using Postern.Configuration;
using Postern.Defences;
using Postern.Learning;
using Postern.Models.Checkpoints;

namespace Postern.Studies;

/// <summary><c>cell.json</c>: the resolved configuration of a cell and where it runs, written when it starts.</summary>
public sealed record CellDescription
{
    /// <summary>The cell's id.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the study.</summary>
    public required string Study { get; init; }

    /// <summary>Dataset with every option.</summary>
    public required ChoiceRecord Dataset { get; init; }

    /// <summary>Model with every option.</summary>
    public required ChoiceRecord Model { get; init; }

    /// <summary>Attack with every option.</summary>
    public required ChoiceRecord Attack { get; init; }

    /// <summary>Defence with every option.</summary>
    public ChoiceRecord Defence { get; init; } = new(DefenceCatalog.None, DefenceCatalog.None, new Dictionary<string, string>());

    /// <summary>Preset's name and every training option.</summary>
    public required ChoiceRecord Training { get; init; }

    /// <summary>The cell's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>The seed that chose who is poisoned, where it is not the cell's; null otherwise.</summary>
    public long? PoisonSeed { get; init; }

    /// <summary>Id of the cell whose weights training starts from; null where there is none.</summary>
    public string? Pretraining { get; init; }

    /// <summary>Id of the cell whose trained weights are tested; null where the cell trains.</summary>
    public string? TrainedBy { get; init; }

    /// <summary>Fingerprint of the training split, SHA-256 in hex; a resumed cell must find the same.</summary>
    public required string TrainFingerprint { get; init; }

    /// <summary>Fingerprint of the test split, SHA-256 in hex.</summary>
    public required string TestFingerprint { get; init; }

    /// <summary>How the dataset lay on disk.</summary>
    public required string Layout { get; init; }

    /// <summary>Training pictures.</summary>
    public required int TrainCount { get; init; }

    /// <summary>Test pictures.</summary>
    public required int TestCount { get; init; }

    /// <summary>[classes], names by class number.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>
    /// What someone needs who feeds the weights outside Postern, pixels as they are stored; null in records of older versions.
    /// </summary>
    public ModelInput? Input { get; init; }

    /// <summary>y_t of the attack; null where there is no attack.</summary>
    public int? TargetClass { get; init; }

    /// <summary>SHA-256 of the trigger's content, hex; null where the attack has no fixed trigger.</summary>
    public string? TriggerSha256 { get; init; }

    /// <summary>What was measured on the artifacts of a learned attack, and its limits; empty for other attacks.</summary>
    public IReadOnlyList<AcceptanceCheck> Acceptance { get; init; } = [];

    /// <summary>Where training starts and what in its settings may surprise, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Versions by component: postern, libtorch, dotnet, ...</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>The machine by part: cpu, threads, memory, device, os, ...</summary>
    public required IReadOnlyDictionary<string, string> Hardware { get; init; }

    /// <summary>
    /// Which candidate of each fast path it was computed with, e.g. <c>scan: avx512</c>; empty in records of older versions.
    /// </summary>
    public IReadOnlyDictionary<string, string> Paths { get; init; } = new Dictionary<string, string>();

    /// <summary>When the cell was first started, UTC.</summary>
    public required DateTimeOffset CreatedUtc { get; init; }
}

/// <summary>A choice on disk.</summary>
/// <param name="Name">Catalogue name.</param>
/// <param name="Label">Name in tables.</param>
/// <param name="Options">Every option's value by name.</param>
public sealed record ChoiceRecord(string Name, string Label, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>The record of <paramref name="choice"/>, called <paramref name="label"/> in tables.</summary>
    public static ChoiceRecord Of(Choice choice, string? label = null) => new(choice.Name, label ?? choice.Name, choice.Values);
}
