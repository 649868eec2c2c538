using Postern.Configuration;

namespace Postern.Defences;

/// <summary>The options that patch defences share.</summary>
internal static class DefenceOptions
{
    /// <summary>Protocol, draw and cells.</summary>
    internal static IReadOnlyList<OptionInfo> All { get; } =
    [
        new("protocol", OptionKind.Word, "train",
            "train: every training picture, tests intact (the reading of table 2); test: test pictures of a model trained without; both; detect: count changed predictions over trials")
        {
            Allowed = [.. Enum.GetValues<DefenceProtocol>().Select(Word)],
        },
        new("draw", OptionKind.Word, "image", "a draw for each picture and pass (image), or one for a whole batch (batch, IPViT)") { Allowed = ["image", "batch"] },
        .. CellOptions.Options,
    ];

    /// <summary>What <c>protocol</c> was set to.</summary>
    internal static DefenceProtocol ProtocolOf(Choice choice) => Enum.GetValues<DefenceProtocol>().First(p => Word(p) == choice.Word("protocol"));

    /// <summary>The detector's settings, where the protocol asks for it.</summary>
    internal static DetectorOptions? DetectorOf(Choice choice) =>
        ProtocolOf(choice) == DefenceProtocol.Detect ? DetectorOptions.Of(choice) : null;

    internal static string Word(DefenceProtocol protocol) => protocol.ToString().ToLowerInvariant();
}
