using Postern.Configuration;

namespace Postern.Defences.Repairs;

/// <summary>The line of the catalogue of a repair.</summary>
internal static class RepairEntry
{
    private const string Retune = "retune";

    /// <summary>Makes it.</summary>
    /// <param name="name">Name in the study file.</param>
    /// <param name="summary">One line for listings.</param>
    /// <param name="options">What a study may set, beside whether the repaired model is re-tuned.</param>
    /// <param name="make">The repair of the resolved options.</param>
    public static DefenceEntry Of(
        string name, string summary, IReadOnlyList<OptionInfo> options, Func<Choice, IRepair> make) => new(name, summary,
        [
            .. options,
            new(Retune, OptionKind.Switch, "true",
                "whether the repaired model, and a clean one treated alike, are tuned again with a few poisoned pictures"),
        ],
        (choice, _) => new Defence { Repair = make(choice) })
        {
            Repairs = true,
            Retunes = choice => choice.Switch(Retune),
        };
}
