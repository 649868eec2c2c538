namespace Postern.Evaluation;

/// <summary>
/// How well counts of changed predictions tell triggered pictures from clean ones (Doan et al. 2023). The histograms are the
/// facts; rates and AUROC follow from them.
/// </summary>
/// <param name="Threshold">Changes at which the alarm is raised, inclusive.</param>
/// <param name="FewRaise">Whether that many or fewer raise it, rather than that many or more.</param>
/// <param name="Clean">[trials + 1], clean pictures by how many of the trials changed their prediction.</param>
/// <param name="Triggered">[trials + 1], the same of triggered pictures.</param>
public sealed record DetectionResult(int Threshold, bool FewRaise, IReadOnlyList<int> Clean, IReadOnlyList<int> Triggered)
{
    /// <summary>Draws for each picture.</summary>
    public int Trials => Clean.Count - 1;

    /// <summary>TPR: the share of triggered pictures that raise the alarm.</summary>
    public Proportion TruePositives => Alarms(Triggered);

    /// <summary>FPR: the share of clean pictures that raise it.</summary>
    public Proportion FalsePositives => Alarms(Clean);

    /// <summary>
    /// Area under the ROC curve over all thresholds: the chance that a triggered picture looks more suspicious than a clean one,
    /// ties counted half. Below one half the alarm should be raised by the other side. NaN where nothing was looked at.
    /// </summary>
    public double Auroc
    {
        get
        {
            double pairs = (double)Clean.Sum() * Triggered.Sum(), wins = 0;
            for (int t = 0; t < Triggered.Count; t++)
                for (int c = 0; c < Clean.Count; c++)
                    wins += (double)Triggered[t] * Clean[c] * (t == c ? 0.5 : t > c != FewRaise ? 1 : 0);
            return wins / pairs;
        }
    }

    private Proportion Alarms(IReadOnlyList<int> changes) =>
        new(changes.Where((_, count) => FewRaise ? count <= Threshold : count >= Threshold).Sum(), changes.Sum());
}
