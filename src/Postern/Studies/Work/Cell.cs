using Postern.Configuration;
using Postern.Defences;

namespace Postern.Studies;

/// <summary>
/// A point of a study's grid with every option resolved: what is measured. The tasks that it rests on are in the study's
/// <see cref="WorkGraph"/>.
/// </summary>
/// <param name="Id">
/// Name of its folder: <c>DATASET_MODEL_ATTACK_sSEED-XXXXXXXX</c>, with the defence after the attack where there is one. Its
/// eight hex digits are the start of a SHA-256 over everything that decides the result. Safe as a file name on any system.
/// </param>
/// <param name="Dataset">Dataset with its options.</param>
/// <param name="Model">Model with its options.</param>
/// <param name="Attack">Attack with its options.</param>
/// <param name="Defence">Defence with its options.</param>
/// <param name="Training">Training options: the preset's, overridden by the study's.</param>
/// <param name="Seed">Seed of every random draw.</param>
/// <param name="Labels">Its names in tables.</param>
public sealed record Cell(
    string Id, Choice Dataset, Choice Model, Choice Attack, Choice Defence, Choice Training, long Seed, CellNames Labels)
{
    /// <summary>The dataset's name in tables.</summary>
    public string DatasetLabel => Labels.Dataset;

    /// <summary>The model's name in tables.</summary>
    public string ModelLabel => Labels.Model;

    /// <summary>The attack's name in tables.</summary>
    public string AttackLabel => Labels.Attack;

    /// <summary>The defence's name in tables.</summary>
    public string DefenceLabel => Labels.Defence;

    /// <summary>The seed that chooses who is poisoned; null where that is <see cref="Seed"/>.</summary>
    public long? PoisonSeed { get; init; }

    /// <summary>
    /// Its ids from when <c>auto</c> was hashed as it was written, so that <c>precision: auto</c> was one id on all machines;
    /// empty where they were <see cref="Id"/>. A folder of such a name is the cell's where it was run in the precision that
    /// <c>auto</c> stands for here.
    /// </summary>
    public IReadOnlyList<string> FormerIds { get; init; } = [];

    /// <summary>What the paper calls them, for published values: the study's <c>paper</c> keys, else the labels.</summary>
    public required CellNames Paper { get; init; }

    /// <summary>Whether a defence is used.</summary>
    public bool IsDefended => Defence.Name != DefenceCatalog.None;

    /// <summary>Whether its defence tells triggered pictures from clean ones and leaves predictions as they are.</summary>
    public bool OnlyDetects => Defence.Entry is DefenceEntry entry && entry.OnlyDetects(Defence);

    /// <summary>Whether its defence only judges the model as a whole.</summary>
    public bool OnlyScans => Defence.Entry is DefenceEntry { Scans: true };

    /// <summary>Dataset, model, attack and defence that does something, for progress and messages.</summary>
    public string Title => string.Join(' ',
        new[] { DatasetLabel, ModelLabel, AttackLabel, IsDefended ? DefenceLabel : "" }.Where(t => t.Length > 0));
}

/// <summary>A name for each of the four things that make a cell.</summary>
/// <param name="Dataset">The dataset's.</param>
/// <param name="Model">The model's.</param>
/// <param name="Attack">The attack's.</param>
/// <param name="Defence">The defence's.</param>
public sealed record CellNames(string Dataset, string Model, string Attack, string Defence);
