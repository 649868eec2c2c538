using Postern.Configuration;
using Postern.Defences.Detectors;

namespace Postern.Defences.Transforms;

/// <summary>The options that transforms by patches share, and the defence that they make of a transform.</summary>
internal static class PatchOptions
{
    /// <summary>Protocol, draw and cells, then those of the detector.</summary>
    /// <param name="fewRaise">Whether few changed predictions are suspicious rather than many.</param>
    internal static IReadOnlyList<OptionInfo> All(bool fewRaise) =>
    [
        new("protocol", OptionKind.Word, "train",
            "train: every training picture, tests intact (the reading of table 2); test: test pictures of a model trained "
                + "without; both; "
            + "detect: count changed predictions over trials")
        {
            Allowed = [.. Enum.GetValues<TransformProtocol>().Select(Word)],
            DecidesTraining = false,
        },
        new("draw", OptionKind.Word, "image", "a draw for each picture and pass (image), or one for a whole batch (batch, IPViT)")
        {
            Allowed = ["image", "batch"],
        },
        .. CellOptions.Options, .. TrialOptions.Options(fewRaise),
    ];

    /// <summary>The line of the catalogue.</summary>
    /// <param name="name">Name in the study file.</param>
    /// <param name="summary">One line for listings.</param>
    /// <param name="options">Every option, those of <see cref="All"/> among them.</param>
    /// <param name="make">The transform of the options for a dataset's mean, [3].</param>
    internal static DefenceEntry Entry(
        string name, string summary, IReadOnlyList<OptionInfo> options, Func<Choice, float[], PatchTransform> make) =>
        new(name, summary, options, (choice, dataset) => DefenceOf(choice, make(choice, dataset.Mean)))
        {
            Stages = choice => ProtocolOf(choice) switch
            {
                TransformProtocol.Train => DefenceStages.Training,
                TransformProtocol.Both => DefenceStages.Training | DefenceStages.AfterTraining,
                _ => DefenceStages.AfterTraining,
            },
            OnlyDetects = choice => ProtocolOf(choice) == TransformProtocol.Detect,
            ExtraTestPasses = choice => ProtocolOf(choice) == TransformProtocol.Detect ? 1 + choice.Integer("trials") : 0,
        };

    /// <summary>Whether all pictures of a batch share a draw.</summary>
    internal static bool PerBatch(Choice choice) => choice.Word("draw") == "batch";

    private static Defence DefenceOf(Choice choice, PatchTransform transform)
    {
        TransformProtocol protocol = ProtocolOf(choice);
        return new Defence
        {
            InTraining = protocol is TransformProtocol.Train or TransformProtocol.Both ? transform : null,
            InTests = protocol is TransformProtocol.Test or TransformProtocol.Both ? transform : null,
            DetectsOnCleanModels = false,
            Detector = protocol == TransformProtocol.Detect ? new ChangedPredictions(transform, TrialOptions.Of(choice)) : null,
        };
    }

    /// <summary>What <c>protocol</c> was set to.</summary>
    private static TransformProtocol ProtocolOf(Choice choice) =>
        Enum.GetValues<TransformProtocol>().First(p => Word(p) == choice.Word("protocol"));

    private static string Word(TransformProtocol protocol) => protocol.ToString().ToLowerInvariant();
}
