using Postern.Configuration;

namespace Postern.Studies;

/// <summary>A preset with the study's overrides: how cells are trained.</summary>
/// <param name="Preset">The preset.</param>
/// <param name="Overrides">The study's options, in canonical text.</param>
/// <param name="Where">Where they stand, for errors.</param>
internal sealed record TrainingPlan(IPreset Preset, IReadOnlyDictionary<string, string> Overrides, string Where)
{
    /// <summary>The training of one dataset and model, and what of it decides the result.</summary>
    public (Choice Training, string Identity) For(StudyEntry dataset, StudyEntry model, CellIdentity identity)
    {
        ICatalogEntry training = Preset.For(dataset.Choice, model.Choice);
        var choice = new Choice(training, Overrides, Where);
        return (choice, identity.OfTraining(choice));
    }
}

/// <summary>The clean training that all cells of a dataset and model start from (key <c>pretrain</c>).</summary>
/// <param name="Training">How it is trained.</param>
/// <param name="Seed">Its seed; one for all cells, as there is one official checkpoint.</param>
internal sealed record PretrainingPlan(TrainingPlan Training, long Seed);
