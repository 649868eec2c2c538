using Postern.Configuration;

namespace Postern.Defences.Filters;

/// <summary>The line of the catalogue of a filter.</summary>
internal static class FilterEntry
{
    /// <summary>Makes it.</summary>
    public static DefenceEntry Of(
        string name, string summary, IReadOnlyList<OptionInfo> options, Func<Choice, ITrainingFilter> make) =>
        new(name, summary, options, (choice, _) => new Defence { Filter = make(choice) })
        {
            Filters = true,
            // The model is trained anew on what is left.
            Stages = _ => DefenceStages.Training,
        };
}
