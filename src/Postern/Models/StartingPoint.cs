using Postern.Configuration;
using Postern.Models.Checkpoints;

namespace Postern.Models;

/// <summary>Where training starts: initial values, or the weights of a file.</summary>
public static class StartingPoint
{
    /// <summary>What a study may set on every backbone.</summary>
    internal static IReadOnlyList<OptionInfo> Options { get; } =
    [
        new("checkpoint", OptionKind.File, "", "weights to start from (.safetensors or .pth); the head starts anew for another number of classes"),
        new("checkpoint_weights", OptionKind.Word, "model", "which copy of them: model, or ema for the running mean kept by the official training")
        {
            Allowed = ["model", "ema"],
        },
        new("checkpoint_positions", OptionKind.Word, "correct",
            "position embedding at another grid: correct, or literal as the official fine-tuning, which takes row 0 for the class token")
        {
            Allowed = ["correct", "literal"],
        },
    ];

    /// <summary>Loads the checkpoint that the choice names, if any.</summary>
    /// <returns>What the user should know: what was loaded, and what had to be bridged.</returns>
    /// <exception cref="InputException">The file cannot be read or does not fit.</exception>
    public static IReadOnlyList<string> Apply(Backbone model, Choice choice)
    {
        if (choice.File("checkpoint") is not string path) return [];
        using Checkpoint checkpoint = Checkpoint.Open(path);
        bool ema = choice.Word("checkpoint_weights") == "ema";
        var weights = (ema ? checkpoint.Ema : checkpoint.Weights)
            ?? throw new InputException(path, "holds no copy of running means; leave checkpoint_weights at 'model'");
        WeightFit fit = WeightFit.Of(model, ForeignNames.Official(weights), path);
        fit.Apply(literalPositions: choice.Word("checkpoint_positions") == "literal");
        return [$"starts from {Path.GetFileName(path)}{(ema ? ", its running means" : "")}", .. fit.Notes()];
    }
}
