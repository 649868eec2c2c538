using System.Globalization;
using Postern.Configuration;

namespace Postern.Learning;

/// <summary>
/// How the network is trained that adversarial pictures are made against (<c>docs/reference/attacks.md 2.6</c>). The defaults are
/// its recommended reading: a ResNet18 made robust by L-inf adversarial training, which is work for a GPU; each value can be
/// reduced.
/// </summary>
public sealed record SurrogateSettings
{
    /// <summary>Radius of the L-inf ball of adversarial training, for pictures in [0, 1].</summary>
    public const double Radius = 8 / 255.0;

    /// <summary>The options that a study sets these by.</summary>
    internal static IReadOnlyList<OptionInfo> Options { get; } =
    [
        new("surrogate", OptionKind.Word, "robust",
            "robust: adversarially trained; plain: trained on clean pictures, some ten times quicker")
        {
            Allowed = ["robust", "plain"],
        },
        new("surrogate_model", OptionKind.Word, "resnet18",
            "the surrogate's architecture; with the other defaults resnet18 is days of work for a CPU, resnet18-narrow hours")
        {
            Allowed = ["resnet18", "resnet18-narrow", "resnet-mini"],
        },
        new("surrogate_epochs", OptionKind.Integer, "30",
            "passes over the surrogate's pictures; the rate falls to a tenth after 60% and 85%")
        {
            Min = 1,
            Max = 10_000,
        },
        new("surrogate_lr", OptionKind.Number, "0.1", "learning rate of the surrogate's SGD") { Min = 0, Max = 10 },
        new("surrogate_pgd_steps", OptionKind.Integer, "10", "steps of adversarial training in its 8/255 ball; fewer are longer")
        {
            Min = 1,
            Max = 1000,
        },
        new("surrogate_subset", OptionKind.Integer, "0", "training pictures for the surrogate, stratified by class; 0 for all")
        {
            Min = 0,
        },
    ];

    /// <summary>Catalogue name of the network.</summary>
    public string Model { get; init; } = "resnet18";

    /// <summary>Whether training pictures are perturbed.</summary>
    public bool Robust { get; init; } = true;

    /// <summary>Passes over the training pictures.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Base learning rate of SGD.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Steps that a training picture is perturbed with.</summary>
    public int PgdSteps { get; init; } = 10;

    /// <summary>Training pictures, stratified by class; 0 for all.</summary>
    public int Subset { get; init; }

    /// <summary>
    /// The perturbation of training pictures. A step is 2.5 radii shared by all steps, which is 2/255 for ten, and at most 1.25
    /// radii, the length that a single step from a random start needs (Wong, Rice, Kolter 2020).
    /// </summary>
    public Pgd Pgd => new(PgdNorm.LInf, Radius, Math.Min(2.5 * Radius / PgdSteps, 1.25 * Radius), PgdSteps);

    /// <summary>
    /// Everything that decides the surrogate, beside its dataset. A change of the fixed settings needs another recipe number.
    /// </summary>
    public string Canonical => string.Create(CultureInfo.InvariantCulture,
        $"recipe=1;model={Model};epochs={Epochs};lr={LearningRate};pgd_steps={(Robust ? PgdSteps : 0)};subset={Subset}");

    /// <summary>What <see cref="Options"/> were set to.</summary>
    internal static SurrogateSettings Of(Choice choice) => new()
    {
        Model = choice.Word("surrogate_model"),
        Robust = choice.Word("surrogate") == "robust",
        Epochs = choice.Integer("surrogate_epochs"),
        LearningRate = (double)choice.Number("surrogate_lr"),
        PgdSteps = choice.Integer("surrogate_pgd_steps"),
        Subset = choice.Integer("surrogate_subset"),
    };
}
