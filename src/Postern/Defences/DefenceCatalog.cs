using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences.Detectors;
using Postern.Defences.Scans;
using Postern.Defences.Transforms;

namespace Postern.Defences;

/// <summary>Every defence that a study can name. A new one is one file and one line here.</summary>
public static class DefenceCatalog
{
    /// <summary>Name of the entry that defends nothing.</summary>
    public const string None = "none";

    /// <summary>The defences, in the order of listings.</summary>
    public static Catalog<DefenceEntry> All { get; } = new("defence",
    [
        new(None, "no defence", [], (_, _) => Defence.None) { Stages = _ => DefenceStages.None },
        PatchDrop.Entry with { Source = "Naseer et al. 2021, Doan et al. 2023" },
        PatchShuffle.Entry with { Source = "Naseer et al. 2021, Doan et al. 2023" },
        Strip.Entry with { Source = "Gao et al. 2019" },
        ScaleUp.Entry with { Source = "Guo et al. 2023" },
        IbdPsc.Entry with { Source = "Hou et al. 2024" },
        NeuralCleanse.Entry with { Source = "Wang et al. 2019" },
        MmBd.Entry with { Source = "Wang et al. 2024" },
    ]);

    /// <summary>Makes what a study chose.</summary>
    /// <param name="choice">The defence with its options.</param>
    /// <param name="dataset">What it defends a model of.</param>
    /// <exception cref="InputException">Options that do not fit together.</exception>
    public static Defence Create(Choice choice, Dataset dataset)
    {
        var entry = choice.EntryAs<DefenceEntry>();
        Defence made = entry.Make(choice, dataset);
        // The graph of work is drawn before any dataset is open, so that the entry has to say it, and say it rightly.
        return entry.Repairs == (made.Repair is not null) ? made
            : throw new InvalidOperationException(
                $"the entry of {entry.Name} says {nameof(entry.Repairs)}: {entry.Repairs}, which is not so");
    }

    /// <summary>
    /// What of a defence decides training: all of it where it acts in training only, the same without the options that decide
    /// nothing about training where it acts afterwards, too, and <c>none</c> where it acts afterwards only. Two cells that differ
    /// in nothing else share one training.
    /// </summary>
    public static Choice TrainingPart(Choice choice)
    {
        var entry = choice.EntryAs<DefenceEntry>();
        return entry.Stages(choice) switch
        {
            DefenceStages.Training => choice,
            DefenceStages.Training | DefenceStages.AfterTraining => new Choice(entry,
                entry.Options.Where(o => o.DecidesTraining).ToDictionary(o => o.Name, o => choice.Values[o.Name])),
            _ => new Choice(All[0]),
        };
    }

    /// <summary>Passes over the test pictures that a defence makes beside those of ACC and ASR.</summary>
    public static int ExtraTestPasses(Choice choice) => choice.EntryAs<DefenceEntry>().ExtraTestPasses(choice);
}
