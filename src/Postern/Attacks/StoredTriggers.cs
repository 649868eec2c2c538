using Postern.Configuration;
using Postern.Datasets;
using Postern.Learning;

namespace Postern.Attacks;

/// <summary>
/// Test pictures that carry a trigger already, in class folders under their true classes or in a parquet file, whoever planted
/// it: what <c>postern poison</c> writes, or another tool. Nobody is poisoned and nothing is planted; ASR and RA are those of
/// these pictures.
/// </summary>
/// <param name="Stored">The folder with the class folders, an export of <c>postern poison</c>, or a parquet file.</param>
public sealed record StoredTriggers(string Stored) : Attack
{
    private ImageSet? pictures;

    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("triggered",
        "test pictures that carry a trigger already, from a folder or a parquet file; nobody is poisoned", "stored",
    [
        new("path", OptionKind.File, "",
            "folder with triggered test pictures in class folders under their true classes, a parquet file with their true "
            + "labels, or what 'postern poison' wrote"),
        AttackOptions.Target,
    ], (choice, dataset) =>
    {
        string stored = choice.File("path")
            ?? throw choice.Error("triggered needs 'path', the folder with the triggered test pictures in class folders");
        if (!Path.Exists(stored)) throw new InputException(stored, "there are no such triggered test pictures");
        bool isOpen = choice.Word("target") == AttackOptions.Target.Default;
        int? exported = isOpen ? StoredTriggeredPictures.At(stored).Export?.TargetClass : null;
        return new StoredTriggers(stored) { TargetClass = exported ?? AttackOptions.TargetOf(choice, dataset) };
    })
    {
        Plants = false,
    };

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    public override ImageSet? TriggeredPictures => pictures;

    /// <inheritdoc/>
    public override string? TriggerSha256 => pictures?.Fingerprint;

    /// <inheritdoc/>
    public override Attack Prepare(PreparationContext context) =>
        this with { pictures = StoredTriggeredPictures.At(Stored).Open(context.Dataset) };

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) => PoisonPlan.Empty;

    /// <inheritdoc/>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size) =>
        throw new NotSupportedException("nobody is poisoned");

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) =>
        throw new NotSupportedException("the pictures carry their trigger already");
}
