using Postern.Attacks;
using Postern.Configuration;
using Postern.Models;

namespace Postern.Probes;

/// <summary>
/// A way of looking into a trained network, or of changing it while it is tested, to see what its backdoor hangs on. It trains
/// nothing, and leaves the network as it was. A new one is a file and a line in <see cref="ProbeCatalog"/>.
/// </summary>
public abstract class Probe : ICatalogEntry
{
    /// <summary>The option that says how many test pictures of each kind are looked at.</summary>
    public const string PicturesOption = "pictures";

    /// <summary>The option that says after how many epochs of a training it looks, too.</summary>
    public const string EveryOption = "every";

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>What it finds out, in one line.</summary>
    public abstract string Summary { get; }

    /// <summary>What it costs, in words: <c>a pass over the pictures for each layer</c>.</summary>
    public abstract string Cost { get; }

    /// <summary>Whose method it is, for listings; empty where it is nobody's.</summary>
    public virtual string Source => "";

    /// <summary>How many clean and how many triggered test pictures it looks at where nobody says; 0 for all.</summary>
    protected virtual int UsualPictures => 500;

    /// <summary>What a study may set beside what all probes have.</summary>
    protected virtual IReadOnlyList<OptionInfo> OwnOptions => [];

    /// <inheritdoc/>
    public IReadOnlyList<OptionInfo> Options => field ??=
    [
        new(PicturesOption, OptionKind.Integer, FormattableString.Invariant($"{UsualPictures}"),
            "clean and triggered test pictures of each, every class at its share; 0 for all") { Min = 0 },
        new(EveryOption, OptionKind.Integer, "0", "epochs of a training after which it looks, too; 0 for only once it is trained")
        {
            Min = 0,
        },
        .. OwnOptions,
    ];

    /// <summary>Why it says nothing of such a network and attack; null where it can be tried.</summary>
    /// <param name="model">The network with its options.</param>
    /// <param name="attack">The attack with its options; <c>none</c> is one.</param>
    public virtual string? Unfit(Choice model, Choice attack) => null;

    /// <summary>
    /// Looks. All is computed in float32, in evaluation mode, and without what a defence does to test pictures.
    /// </summary>
    /// <param name="subject">What it looks at.</param>
    /// <param name="progress">Hears which share is done.</param>
    /// <param name="cancel">Stops it between two steps.</param>
    public ProbeFinding Run(ProbeSubject subject, Action<double>? progress = null, CancellationToken cancel = default)
    {
        Precision before = subject.Model.Precision;
        bool trains = subject.Model.training;
        subject.Model.Precision = Precision.Float32;
        subject.Model.eval();
        try
        {
            // A source-specific attack may count no picture of a test split.
            if (subject.Attack is { } attack && attack.CountedForAsr(subject.Evaluator.LabelsOf(attack)).Length == 0)
                return new ProbeFinding([]) { Notes = ["no test picture counts for the attack"] };
            ProbeFinding found = Look(subject, progress ?? (_ => { }), cancel);
            progress?.Invoke(1);
            return found;
        }
        finally
        {
            subject.Model.Precision = before;
            subject.Model.train(trains);
        }
    }

    /// <summary>What <see cref="Run"/> does with a network that is made ready.</summary>
    /// <param name="subject">What it looks at.</param>
    /// <param name="progress">Hears which share is done, from 0 on and never less than before.</param>
    /// <param name="cancel">Stops it between two steps.</param>
    protected abstract ProbeFinding Look(ProbeSubject subject, Action<double> progress, CancellationToken cancel);

    /// <summary>Why what asks for a backdoor cannot be tried: there is none.</summary>
    protected static string? NoBackdoor(Choice attack) => attack.Name == "none" ? "nobody attacks it" : null;

    /// <summary>Why what reads or changes the scans of the published Vim cannot be tried.</summary>
    protected static string? NoPlainVim(Choice model) => model.Entry is not ModelEntry { Family: "vim" }
        ? "its network is no Vim, and has no scans"
        : !VimControls.Of(model).ArePublished ? "its network has one of the options that change a Vim" : null;

    /// <summary>Why what compares pictures without and with a trigger cannot be tried: there are no such pairs.</summary>
    protected static string? NoPairs(Choice attack) => NoBackdoor(attack) ?? (attack.EntryAs<AttackEntry>().Plants ? null
        : "its triggered pictures are stored ones, which have no clean ones to compare with");
}
