using Postern.Configuration;

namespace Postern.Defences.Scans;

/// <summary>
/// Clean models of the same architecture, trained alike with other seeds, that a scan's suspicion is held against: clean models
/// exceed published cuts, too.
/// </summary>
internal static class ScanCalibration
{
    private const string Name = "clean_models";

    // Seeds that no study uses by habit, so that the models are none of its rows.
    private const long FirstSeed = 9001;

    /// <summary>The option.</summary>
    internal static OptionInfo Option { get; } = new(Name, OptionKind.Integer, "0",
        "clean models that are trained alike and scanned, so that suspicion is held against theirs, too; 0 for the published cut")
    {
        Min = 0,
        Max = 100,
        Neutral = "0",
        DecidesTraining = false,
    };

    /// <summary>Seeds of the clean models of a choice; empty where there are none.</summary>
    internal static IReadOnlyList<long> Seeds(Choice choice) => choice.Values.ContainsKey(Name)
        ? [.. Enumerable.Range(0, choice.Integer(Name)).Select(i => FirstSeed + i)] : [];

    /// <summary>The same scan without calibration: what the clean models are scanned by.</summary>
    internal static Choice Plain(Choice choice) => new(choice.Entry,
        choice.Values.Where(v => v.Key != Name).ToDictionary(v => v.Key, v => v.Value));
}
