using Postern.Configuration;
using Postern.Defences;

namespace Postern.Studies;

/// <summary>
/// Makes the cells of a study, and those that they need: a clean pre-training, and the training behind a defence that is used in
/// tests only. Such a cell is an ordinary one, whether the study lists it or not.
/// </summary>
/// <param name="Identity">What decides a result, as text.</param>
/// <param name="Training">How cells are trained.</param>
/// <param name="Pretraining">What they start from; null for nothing.</param>
/// <param name="NoAttack">The clean row.</param>
/// <param name="NoDefence">The undefended row.</param>
internal sealed record StudyGrid(
    CellIdentity Identity, TrainingPlan Training, PretrainingPlan? Pretraining, StudyEntry NoAttack, StudyEntry NoDefence)
{
    /// <summary>The cell of <paramref name="point"/> and <paramref name="seed"/>.</summary>
    public Cell Cell(GridPoint point, long seed) => Make(point, seed, Training, Pretraining is null ? null : Pretrained(point));

    private Cell Pretrained(GridPoint point) =>
        Make(point with { Attack = NoAttack, Defence = NoDefence }, Pretraining!.Seed, Pretraining.Training, pretraining: null);

    private Cell Make(GridPoint point, long seed, TrainingPlan plan, Cell? pretraining)
    {
        (Choice training, string identity) = plan.For(point.Dataset, point.Model, Identity);
        return new Cell(CellIdentity.Id(point, identity, seed, pretraining?.Id), point.Dataset.Choice, point.Model.Choice, point.Attack.Choice,
            point.Defence.Choice, training, seed, point.Labels)
        {
            Paper = point.Paper,
            Pretraining = pretraining,
            TrainedBy = TrainingPart(point) is GridPoint part ? Make(part, seed, plan, pretraining) : null,
        };
    }

    /// <summary>The point whose training this one can take over; null where it must train.</summary>
    private GridPoint? TrainingPart(GridPoint point)
    {
        Choice own = point.Defence.Choice, part = DefenceCatalog.TrainingPart(own);
        if (part.Canonical == own.Canonical) return null;
        if (part.Name == DefenceCatalog.None) return point with { Defence = NoDefence };
        ICatalogEntry entry = DefenceCatalog.Find(part.Name)!;
        return point with { Defence = point.Defence with { Choice = part, Label = $"{part.Name} in training", Identity = Identity.Of(entry, part) } };
    }
}
