using Postern.Configuration;
using Postern.Models.Checkpoints;

namespace Postern.Models;

/// <summary>Which of the dictionaries of a weight file are the weights: those that fit best.</summary>
public static class BestWeights
{
    // Each takes a network's memory for a moment; a file has one model, its average, perhaps a teacher.
    private const int MostModels = 8;

    /// <summary>
    /// Those that fit <paramref name="model"/> best, without numbers that belong to no layer; the likelier one where two fit
    /// equally, and a running average only where nothing else fits.
    /// </summary>
    /// <param name="model">The backbone that they are for.</param>
    public static Func<IReadOnlyList<WeightCandidate>, WeightCandidate?> For(Backbone model)
    {
        ModelShapes own = ModelShapes.Of(model);
        return candidates => Best(candidates, shapes => ShapeFit.Of(own, shapes));
    }

    /// <summary>
    /// As <see cref="For"/>, for whichever model of the catalogue fits one best; null where none is recognised.
    /// </summary>
    public static WeightCandidate? OfCatalog(IReadOnlyList<WeightCandidate> candidates)
    {
        Dictionary<string, ModelShapes> models = new(StringComparer.Ordinal);
        return Best(candidates, shapes => Recognised(shapes, models));
    }

    /// <summary>How weights of these names and shapes fit the model that they need; null where none is recognised.</summary>
    public static ShapeFit? FitOf(IReadOnlyDictionary<string, long[]> shapes) => Recognised(shapes, []);

    private static WeightCandidate? Best(
        IReadOnlyList<WeightCandidate> candidates, Func<IReadOnlyDictionary<string, long[]>, ShapeFit?> fitOf)
    {
        (WeightCandidate Candidate, ShapeFit Fit)[] fits = [.. from candidate in candidates
                                                              let fit = fitOf(ForeignNames.Official(candidate.Shapes))
                                                              where fit is not null
                                                              select (candidate, fit)];
        if (fits.Length == 0) return null;
        // Where nothing fits, the one that has most of the model, so that what it lacks is told and not what another has not.
        (WeightCandidate best, ShapeFit how) = fits
            .OrderBy(f => f.Fit.Fits ? int.MinValue : -f.Fit.Matched)
            .ThenBy(f => f.Candidate.IsAverage).ThenBy(f => f.Fit.Fits ? f.Fit.Bridges : f.Fit.Misfits).First();
        return best.Without(how.Beside);
    }

    private static ShapeFit? Recognised(IReadOnlyDictionary<string, long[]> shapes, Dictionary<string, ModelShapes> models)
    {
        try
        {
            if (ModelCatalog.Recognise(new WeightShapes(shapes)) is not (Choice choice, int classes, int imageSize)) return null;
            string key = $"{choice.Canonical} {classes} {imageSize}";
            if (!models.TryGetValue(key, out ModelShapes? own))
            {
                if (models.Count == MostModels) return null;
                using Backbone model = choice.EntryAs<ModelEntry>().Build(choice, classes, imageSize);
                models.Add(key, own = ModelShapes.Of(model));
            }
            return ShapeFit.Of(own, shapes);
        }
        catch (InputException)
        {
            // Sizes that no backbone of the catalogue can have: another network, named alike.
            return null;
        }
    }
}
