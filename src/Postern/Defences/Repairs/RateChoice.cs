using Postern.Models;
using Postern.Training;
using static TorchSharp.torch;

namespace Postern.Defences.Repairs;

/// <summary>
/// Chooses a learning rate by clean validation pictures alone: of several tunings from the same weights, the one with the largest
/// rate whose accuracy is within what may be paid of the best. The best alone would be no rule: clean pictures do not see the
/// backdoor, so that it would favour the tuning that changes least.
/// </summary>
internal static class RateChoice
{
    /// <summary>Tunes the model with each rate and leaves it with the weights of the chosen one.</summary>
    /// <param name="given">The model and the pictures.</param>
    /// <param name="settings">The rates, and what one may cost.</param>
    /// <param name="tune">Tunes the model from its present weights.</param>
    /// <returns>The chosen rate.</returns>
    /// <exception cref="DivergedException">No rate ends in numbers.</exception>
    public static double Run(RepairInputs given, TuningSettings settings, Action<double, RepairInputs> tune)
    {
        IReadOnlyList<double> rates = settings.Rates;
        if (rates.Count == 1)
        {
            tune(rates[0], given);
            return rates[0];
        }
        Dictionary<string, Tensor> start = Copy(given.Model);
        var tried = new List<(double Rate, double Accuracy, Dictionary<string, Tensor> Weights)>();
        foreach ((int i, double rate) in rates.Index())
        {
            Put(given.Model, start);
            try
            {
                tune(rate, given with { Progress = share => given.Progress((i + share) / rates.Count) });
            }
            catch (DivergedException) when (tried.Count > 0)
            {
                break; // larger ones would, too
            }
            tried.Add((rate, ValidationAccuracy.Of(given), Copy(given.Model)));
        }
        double best = tried.Max(t => t.Accuracy);
        var chosen = tried.Last(t => t.Accuracy >= best - settings.Delta);
        Put(given.Model, chosen.Weights);
        foreach (Tensor value in tried.SelectMany(t => t.Weights.Values).Concat(start.Values)) value.Dispose();
        return chosen.Rate;
    }

    private static Dictionary<string, Tensor> Copy(Backbone model) =>
        model.state_dict().ToDictionary(p => p.Key, p => p.Value.detach().clone().DetachFromDisposeScope());

    private static void Put(Backbone model, Dictionary<string, Tensor> weights)
    {
        using var noGrad = no_grad();
        foreach ((string name, Tensor value) in model.state_dict()) value.copy_(weights[name]);
    }
}
