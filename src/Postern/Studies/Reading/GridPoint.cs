namespace Postern.Studies;

/// <summary>A point of a study's grid, before training and seed.</summary>
internal sealed record GridPoint(StudyEntry Dataset, StudyEntry Model, StudyEntry Attack, StudyEntry Defence)
{
    /// <summary>Names in tables.</summary>
    public CellNames Labels => new(Dataset.Label, Model.Label, Attack.Label, Defence.Label);

    /// <summary>What the paper calls them.</summary>
    public CellNames Paper => new(Dataset.Paper, Model.Paper, Attack.Paper, Defence.Paper);
}
