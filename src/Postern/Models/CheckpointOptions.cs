using Postern.Configuration;

namespace Postern.Models;

/// <summary>
/// The options of a study that say which weights a backbone starts from; <see cref="StartingPoint"/> reads them.
/// </summary>
internal static class CheckpointOptions
{
    /// <summary>What a study may set on every backbone.</summary>
    internal static IReadOnlyList<OptionInfo> All { get; } =
    [
        new("checkpoint", OptionKind.File, "",
            "weights to start from (.safetensors or .pth); the head starts anew for another number of classes"),
        new("checkpoint_weights", OptionKind.Word, "model",
            "which copy of them: model, or ema for the running mean kept by the official training")
        {
            Allowed = ["model", "ema"],
        },
        new("checkpoint_at", OptionKind.Word, "",
            "key of the weights in the file (state_dict.student), where several dictionaries fit; empty for the best fit")
        {
            Neutral = "",
        },
        new("checkpoint_positions", OptionKind.Word, "correct",
            "position embedding at another grid: correct, or literal as the official fine-tuning, which takes row 0 for the "
                + "class token")
        {
            Allowed = ["correct", "literal"],
        },
    ];
}
