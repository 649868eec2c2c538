using Postern.Attacks.Learned;
using Postern.Attacks.Triggers;
using Postern.Configuration;
using Postern.Learning;

namespace Postern.Attacks;

/// <summary>
/// CLB, the label-consistent attack (Turner, Tsipras, Madry 2019; <c>docs/reference/attacks.md 2.6</c>): pictures of the target
/// class are replaced by adversarial versions a, whose own content is hard to learn, and carry four corner blocks,
/// <c>x' = a + o m (T - a)</c>. They keep their label. At test time the trigger alone is planted. Any dataset and size: the
/// perturbation is made here, by <see cref="Prepare"/>, for the stored pictures of the target class, which is also where the
/// trigger enters. The paper says no more of its rate than "less than 3%"; the default is the toolbox's example.
/// </summary>
/// <param name="Budget">How many are poisoned; the rate is a fraction of the whole training set, capped at the target
/// class.</param>
/// <param name="Trigger">T and its mask m.</param>
/// <param name="Opacity">o, 0 to 1; the original work also reduces it.</param>
public sealed record Clb(PoisonBudget Budget, TriggerSource Trigger, float Opacity = 1f) : Attack
{
    /// <summary>Its line in the catalogue.</summary>
    public static AttackEntry Entry { get; } = new("clb",
        "adversarial pictures of the target class with blocks in the corners, label kept", "patch",
    [
        AttackOptions.PoisonRate(0.003m),
        AttackOptions.Target,
        AttackOptions.Opacity(1m),
        new("mirrored", OptionKind.Switch, "false",
            "mirror the drawn blocks into each other (the original work) instead of one orientation (the toolbox)"),
        AttackOptions.Trigger,
        AttackOptions.TriggerMask,
        AttackOptions.TriggerAt,
        AttackOptions.TriggerSize,
        AttackOptions.Accept,
        .. PerturbationSettings.Options,
        .. SurrogateSettings.Options,
    ], (choice, dataset) =>
    {
        bool mirrored = choice.Switch("mirrored");
        if (mirrored && choice.File("trigger") is not null)
            throw choice.Error("mirrored is about the drawn trigger, but trigger names a picture; set one of them");
        var drawn = new TriggerSource(size => CornerBlocks.DrawFour(size, TriggerStage.Stored, mirrored));
        return new Clb(AttackOptions.BudgetOf(choice), AttackOptions.TriggerOf(choice, drawn, masked: true),
            (float)choice.Number("opacity"))
        {
            TargetClass = AttackOptions.TargetOf(choice, dataset),
            Perturbation = PerturbationSettings.Of(choice),
            Surrogate = SurrogateSettings.Of(choice),
            WarnsOnly = choice.Word("accept") == "warn",
        };
    })
    {
        CleanLabel = true,
        Visible = true,
        Learned = true,
        PlanOptions = ["poison_rate", "opacity", "mirrored", "trigger", "trigger_mask", "trigger_at", "trigger_size", "accept"],
        Source = "Turner, Tsipras, Madry 2019",
    };

    /// <summary>How the target class is perturbed.</summary>
    public PerturbationSettings Perturbation { get; init; } = new();

    /// <summary>How the network is trained that it is perturbed against.</summary>
    public SurrogateSettings Surrogate { get; init; } = new();

    /// <summary>The adversarial versions of the target class; null before <see cref="Prepare"/>.</summary>
    public AdversarialImages? Images { get; init; }

    /// <inheritdoc/>
    public override string Name => Entry.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<string> TriggerNotes(int size) => Trigger.NotesAt(size);

    /// <inheritdoc/>
    public override Attack Prepare(PreparationContext context)
    {
        Artifact made = TargetClassPerturbation.Prepare(context, Surrogate, Perturbation, TargetClass);
        return this with { Images = AdversarialImages.Load(made.Folder), Acceptance = made.Acceptance };
    }

    /// <inheritdoc/>
    public override PoisonPlan Plan(IReadOnlyList<int> labels, long seed) =>
        Budget.FromPools(labels, label => label == TargetClass, _ => false, poisonLabel: null, seed);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The attack has not been prepared.</exception>
    public override void ApplyTrain(in PlannedSample sample, Span<float> pixels, int size)
    {
        (Images ?? throw new InvalidOperationException(
            "the adversarial pictures of clb are made by Prepare, which has not been called"))
            .Replace(sample.Index, pixels, size);
        Trigger.At(size).Plant(pixels, Opacity);
    }

    /// <inheritdoc/>
    public override void ApplyTest(int index, Span<float> pixels, int size) => Trigger.At(size).Plant(pixels, Opacity);
}
