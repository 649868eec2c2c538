using System.Globalization;
using Postern.Configuration;
using Postern.Learning;

namespace Postern.Attacks.Learned;

/// <summary>
/// How the pictures of the target class are perturbed (<c>docs/reference/attacks.md 2.6</c>): in an L2 ball of 600 on the 0-255
/// scale, or in an L-inf ball of 8. Lengths are in 8-bit steps; 0 stands for the usual one.
/// </summary>
public sealed record PerturbationSettings
{
    private const double UsualL2 = 600, UsualLInf = 8, UsualLInfStep = 1.5;

    /// <summary>The options that a study sets these by.</summary>
    internal static IReadOnlyList<OptionInfo> Options { get; } =
    [
        new("norm", OptionKind.Word, "l2",
            "ball that a perturbation stays in: l2, or linf (the quick form, with surrogate plain)")
        {
            Allowed = ["l2", "linf"],
        },
        new("epsilon", OptionKind.Number, "0",
            "radius on the 0-255 scale; 0 for the usual one: 600 for l2 at 32 pixels and in proportion to the side, 8 for linf")
        {
            Min = 0,
            Max = 1_000_000,
        },
        new("steps", OptionKind.Integer, "100", "steps of projected gradient descent") { Min = 1, Max = 100_000 },
        new("step_size", OptionKind.Number, "0",
            "length of a step on the 0-255 scale; 0 for the usual one: 1.5 epsilon / steps for l2, 1.5 for linf")
        {
            Min = 0,
            Max = 1_000_000,
        },
        new("random_start", OptionKind.Switch, "false", "begin at a random point of the ball rather than at the picture"),
    ];

    /// <summary>The ball's norm.</summary>
    public PgdNorm Norm { get; init; } = PgdNorm.L2;

    /// <summary>Radius in 8-bit steps; 0 for the usual one.</summary>
    public double Epsilon { get; init; }

    /// <summary>Steps of projected gradient descent.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>Length of a step in 8-bit steps; 0 for the usual one.</summary>
    public double StepSize { get; init; }

    /// <summary>Whether to begin at a random point of the ball.</summary>
    public bool RandomStart { get; init; }

    /// <summary>
    /// Everything that decides the perturbation, beside the surrogate and the pictures. A change of the usual values needs
    /// another recipe number.
    /// </summary>
    public string Canonical => string.Create(CultureInfo.InvariantCulture,
        $"recipe=1;norm={Norm};epsilon={Epsilon};steps={Steps};step_size={StepSize};random_start={RandomStart}");

    /// <summary>The perturbation of pictures of <paramref name="size"/> x <paramref name="size"/> pixels.</summary>
    public Pgd At(int size)
    {
        // An L2 length grows with the number of values, so that the usual radius moves each by the same amount at every size.
        double epsilon = Epsilon > 0 ? Epsilon : Norm == PgdNorm.L2 ? UsualL2 * size / 32 : UsualLInf;
        double step = StepSize > 0 ? StepSize : Norm == PgdNorm.L2 ? 1.5 * epsilon / Steps : UsualLInfStep;
        return new Pgd(Norm, epsilon / 255, step / 255, Steps);
    }

    /// <summary>What <see cref="Options"/> were set to.</summary>
    internal static PerturbationSettings Of(Choice choice) => new()
    {
        Norm = choice.Word("norm") == "l2" ? PgdNorm.L2 : PgdNorm.LInf,
        Epsilon = (double)choice.Number("epsilon"),
        Steps = choice.Integer("steps"),
        StepSize = (double)choice.Number("step_size"),
        RandomStart = choice.Switch("random_start"),
    };
}
