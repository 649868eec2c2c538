using Postern.Attacks.Triggers;
using Postern.Datasets;
using Postern.Learning;

namespace Postern.Attacks;

/// <summary>
/// A poisoning attack. It plans from labels and a seed, and changes pixels of single pictures in [0, 1],
/// before augmentation and normalisation (<c>docs/reference/attacks.md 1</c>). Immutable; safe from several threads.
/// </summary>
public abstract record Attack
{
    /// <summary>The catalogue name.</summary>
    public abstract string Name { get; }

    /// <summary>y_t: the class that a triggered picture shall be taken for.</summary>
    public required int TargetClass { get; init; }

    /// <summary>
    /// Where the trigger enters when the training picture is cropped (ImageNet); see <c>docs/reference/attacks.md 3.3</c>.
    /// </summary>
    public TriggerStage Stage { get; init; } = TriggerStage.Stored;

    /// <summary>
    /// Whether a poisoned training picture is compressed once more as JPEG after its trigger was planted on the stored picture
    /// (<c>docs/reference/attacks.md 3.3</c>); test pictures never are.
    /// </summary>
    public bool Recompresses { get; init; }

    /// <summary>SHA-256 (hex) of the pictures that the trigger is made of, where it is made of several; otherwise null.</summary>
    public virtual string? TriggerSha256 => null;

    /// <summary>
    /// Test pictures that carry the trigger already, with their true labels, where the attack is known by them alone; null where
    /// it plants its trigger itself. There once it is prepared.
    /// </summary>
    public virtual ImageSet? TriggeredPictures => null;

    /// <summary>
    /// What may surprise about a trigger from a file in pictures of a size, a sentence each; empty where there is nothing, and
    /// for a drawn one.
    /// </summary>
    /// <exception cref="InputException">The trigger does not lie within such pictures.</exception>
    public virtual IReadOnlyList<string> TriggerNotes(int size) => [];

    /// <summary>
    /// Whether an artifact that fails its acceptance check is used with a warning (option <c>accept: warn</c>) rather than
    /// refused.
    /// </summary>
    public bool WarnsOnly { get; init; }

    /// <summary>
    /// What was measured on the attack's artifacts; empty for an attack that learns nothing, and before <see cref="Prepare"/>.
    /// </summary>
    public IReadOnlyList<AcceptanceCheck> Acceptance { get; init; } = [];

    /// <summary>
    /// The same attack made ready for a dataset: with what it has to learn (a generator, an encoder, adversarial pictures), from
    /// the cache or made now, which may take long and goes on where it was stopped; or with what the dataset decides. Needed
    /// before an attack plants anything; plans need no preparation.
    /// </summary>
    /// <exception cref="InputException">Options, dataset and picture size do not fit together, or the cache cannot be
    /// used.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public virtual Attack Prepare(PreparationContext context) => this;

    /// <summary>Chooses poisons and covers. A pure function of its arguments and the attack's options.</summary>
    /// <param name="labels">True class of each training sample.</param>
    /// <param name="seed">The cell's seed.</param>
    public abstract PoisonPlan Plan(IReadOnlyList<int> labels, long seed);

    /// <summary>Plants the training-time trigger.</summary>
    /// <param name="sample">Whose picture it is and its place in the plan.</param>
    /// <param name="pixels">[3, size, size], [0, 1], changed in place.</param>
    /// <param name="size">Side in pixels.</param>
    public abstract void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size);

    /// <summary>Plants the test-time trigger.</summary>
    /// <param name="index">Index of the test picture.</param>
    /// <param name="pixels">[3, size, size], [0, 1], changed in place.</param>
    /// <param name="size">Side in pixels.</param>
    public abstract void ApplyTest(int index, Span<float> pixels, int size);

    /// <summary>Whether the trigger enters at the model's input rather than at the stored picture.</summary>
    /// <param name="crops">Whether the input is cut out of a larger stored picture.</param>
    public bool EntersAtInput(bool crops) => Stage == TriggerStage.Cropped || (Stage == TriggerStage.Auto && crops);

    /// <summary>
    /// Side in pixels of the pictures of <paramref name="dataset"/> that the trigger is planted into: the stored ones or the
    /// model's input.
    /// </summary>
    public int PlantedSize(Dataset dataset) =>
        EntersAtInput(dataset.InputSize != dataset.Train.Size) ? dataset.InputSize : dataset.Train.Size;

    /// <summary>
    /// Whether a test picture of this class counts for ASR: all but the target class, unless the attack is source-specific.
    /// </summary>
    public virtual bool CountsForAsr(int trueLabel) => trueLabel != TargetClass;

    /// <summary>Which test pictures count for ASR, ascending.</summary>
    /// <param name="labels">True class of each test picture.</param>
    public int[] CountedForAsr(IReadOnlyList<int> labels) =>
        [.. Enumerable.Range(0, labels.Count).Where(i => CountsForAsr(labels[i]))];

    /// <summary>Refuses artifacts that failed a check, unless the attack's options say to use them all the same.</summary>
    /// <param name="setting">How a user says so: <c>accept: warn</c>.</param>
    /// <returns>The failed checks, of which the user is to be warned.</returns>
    /// <exception cref="ArtifactRefusedException">A check failed.</exception>
    public IReadOnlyList<AcceptanceCheck> CheckAcceptance(string setting)
    {
        AcceptanceCheck[] failed = [.. Acceptance.Where(c => !c.Passed)];
        if (failed.Length == 0 || WarnsOnly) return failed;
        throw new ArtifactRefusedException(
            $"{Name}: {failed[0]}; prepare it longer or on more pictures, or set {setting} to use it all the same");
    }
}
