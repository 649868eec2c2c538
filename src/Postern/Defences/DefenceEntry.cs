using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Defences;

/// <summary>A named defence: what a study may set, when it acts, how it is made.</summary>
/// <param name="Name">Name in the study file.</param>
/// <param name="Summary">One line for listings.</param>
/// <param name="Options">What a study may set; each says whether it decides training.</param>
/// <param name="Make">The defence of the resolved options for a dataset.</param>
public sealed record DefenceEntry(
    string Name, string Summary, IReadOnlyList<OptionInfo> Options, Func<Choice, Dataset, Defence> Make) : ICatalogEntry
{
    /// <summary>Who published it, for listings and reports.</summary>
    public string Source { get; init; } = "";

    /// <summary>What a defender must have for it, beside the model; empty where nothing.</summary>
    public string Needs { get; init; } = "";

    /// <summary>What it takes for granted of trigger or model, and where it means something.</summary>
    public string Assumes { get; init; } = "";

    /// <summary>When it acts as a study has set it; what acts after training only shares the undefended training.</summary>
    public Func<Choice, DefenceStages> Stages { get; init; } = _ => DefenceStages.AfterTraining;

    /// <summary>Whether it makes new weights of trained ones, a task of its own with a record of its own.</summary>
    public bool Repairs { get; init; }

    /// <summary>
    /// Whether it removes samples of the training set, found with a model that was trained on all of them: a task of its own,
    /// before the cell's own training.
    /// </summary>
    public bool Filters { get; init; }

    /// <summary>
    /// Whether the repaired model is tuned again with a few poisoned pictures, and a clean model that was treated alike, too: a
    /// repair may only hide a backdoor.
    /// </summary>
    public Func<Choice, bool> Retunes { get; init; } = _ => false;

    /// <summary>
    /// Whether, as a study has set it, it only tells triggered pictures from clean ones: reports show what it found and no ACC
    /// and ASR, which are the undefended ones.
    /// </summary>
    public Func<Choice, bool> OnlyDetects { get; init; } = _ => false;

    /// <summary>Whether it only judges the model as a whole; it says nothing of pictures, and ACC and ASR are the undefended
    /// ones.
    /// </summary>
    public bool Scans { get; init; }

    /// <summary>
    /// Passes over the test pictures that it makes beside those of ACC and ASR, for the forecast of a study's cost.
    /// </summary>
    public Func<Choice, int> ExtraTestPasses { get; init; } = _ => 0;
}

/// <summary>When a defence acts.</summary>
[Flags]
public enum DefenceStages
{
    /// <summary>Never.</summary>
    None = 0,
    /// <summary>While the model is trained.</summary>
    Training = 1,
    /// <summary>On a trained model: on its test pictures or its weights.</summary>
    AfterTraining = 2,
}
