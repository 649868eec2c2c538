using Postern.Configuration;
using Postern.Models.Checkpoints;

namespace Postern.Models;

/// <summary>Where training starts: initial values, or the weights of a file.</summary>
public static class StartingPoint
{
    /// <summary>Loads the checkpoint that the choice names, if any.</summary>
    /// <param name="model">Takes the weights.</param>
    /// <param name="choice">The model with its options.</param>
    /// <param name="asTheyAre">Whether nothing is trained, so that no part of the model may start anew.</param>
    /// <returns>What the user should know: what was loaded, and what had to be bridged.</returns>
    /// <exception cref="InputException">The file cannot be read or does not fit.</exception>
    public static IReadOnlyList<string> Apply(Backbone model, Choice choice, bool asTheyAre = false)
    {
        if (choice.File("checkpoint") is not string path) return [];
        using Checkpoint checkpoint = Checkpoint.Open(path, BestWeights.For(model), choice.Word("checkpoint_at"));
        bool ema = choice.Word("checkpoint_weights") == "ema";
        var weights = (ema ? checkpoint.Ema : checkpoint.Weights)
            ?? throw new InputException(path, "holds no copy of running means; leave checkpoint_weights at 'model'");
        WeightFit fit = WeightFit.Of(model, ForeignNames.Official(weights), path);
        if (asTheyAre && fit.HeadReplaced)
        {
            throw new InputException(path, $"has another classifier than the data need ({string.Join("; ", fit.Notes())}), and "
                + "nothing is trained; name data of the checkpoint's classes, or train with epochs above 0");
        }
        fit.Apply(literalPositions: choice.Word("checkpoint_positions") == "literal");
        string place = ema || checkpoint.Chosen.Description.Length == 0 ? "" : $" ({checkpoint.Chosen.Description})";
        return [
            $"{(asTheyAre ? "weights of" : "starts from")} {Path.GetFileName(path)}{place}{(ema ? ", its running means" : "")}",
            .. fit.Notes()];
    }
}
