using Postern.Configuration;
using Postern.Datasets;
using Postern.Defences.Detectors;
using Postern.Defences.Filters;
using Postern.Defences.Repairs;
using Postern.Defences.Scans;
using Postern.Defences.TrainingRules;
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
        Strip.Entry with
        {
            Source = "Gao et al. 2019",
            Needs = "logits, clean pictures",
            Assumes = "a trigger that outlasts overlaid pictures: patches and lattices, not warps",
        },
        ScaleUp.Entry with
        {
            Source = "Guo et al. 2023",
            Needs = "labels; clean pictures but for form free",
            Assumes = "a trigger that amplification keeps; white and bright pictures saturate",
        },
        IbdPsc.Entry with
        {
            Source = "Hou et al. 2024",
            Needs = "the weights, clean pictures",
            Assumes = "norms whose scale counts; published for batch norm, here also layer and RMS norms of blocks",
        },
        ProgressiveMasking.Entry with
        {
            Source = "after BackdoorIDS, 2026",
            Needs = "features, clean pictures",
            Assumes = "a trigger that goes as a whole when its place is masked; one in every patch does not",
        },
        TokenShuffling.Entry with
        {
            Source = "Huang et al. 2024",
            Needs = "the training set",
            Assumes = "a model whose result depends on the order of tokens: Vim",
        },
        ActivationClustering.Entry with
        {
            Source = "Chen et al. 2018",
            Needs = "the training set, a model trained on it",
            Assumes = "poisons whose features lie apart from those of their label",
        },
        SpectralSignatures.Entry with
        {
            Source = "Tran et al. 2018",
            Needs = "the training set, a model trained on it",
            Assumes = "an assumed rate of poisons; removes from every label",
        },
        Filters.Scan.Entry with
        {
            Source = "Tang et al. 2021",
            Needs = "the training set, a model trained on it, clean pictures",
            Assumes = "labels that hold two groups of features",
        },
        AblIsolation.Entry with
        {
            Source = "Li et al. 2021",
            Needs = "the training set",
            Assumes = "triggers that are learnt faster than pictures",
        },
        Abl.Entry with
        {
            Source = "Li et al. 2021",
            Needs = "the training set",
            Assumes = "triggers that are learnt faster than pictures",
        },
        Dbd.Entry with
        {
            Source = "Huang et al. 2022",
            Needs = "the training set",
            Assumes = "features that can be learnt without labels, and poisons that such features do not fit",
        },
        FineTune.Entry with
        {
            Source = "the baseline",
            Needs = "clean pictures",
            Assumes = "nothing of the trigger; forgetting",
        },
        FtSam.Entry with
        {
            Source = "Zhu et al. 2023",
            Needs = "clean pictures",
            Assumes = "a backdoor in neurons with large weights",
        },
        Fst.Entry with
        {
            Source = "Min et al. 2023",
            Needs = "clean pictures",
            Assumes = "features of a backdoor that a new classifier would not use",
        },
        FinePruning.Entry with
        {
            Source = "Liu et al. 2018",
            Needs = "clean pictures",
            Assumes = "channels of the backdoor that clean pictures do not use",
        },
        Nad.Entry with
        {
            Source = "Li et al. 2021",
            Needs = "clean pictures",
            Assumes = "a fine-tuned teacher that has lost the backdoor",
        },
        Sau.Entry with
        {
            Source = "Wei et al. 2023",
            Needs = "clean pictures",
            Assumes = "adversarial pictures that share the backdoor's shortcut",
        },
        Anp.Entry with
        {
            Source = "Wu and Wang 2021",
            Needs = "clean pictures",
            Assumes = "norm channels of the backdoor that noise sets off; batch, layer and RMS norms",
        },
        Clp.Convolutional with
        {
            Source = "Zheng et al. 2022",
            Needs = "the weights alone",
            Assumes = "channels with a large Lipschitz bound; convolutions with batch norm only",
        },
        Clp.OfLinear with
        {
            Source = "after Zheng et al. 2022",
            Needs = "the weights alone",
            Assumes = "an untested analogue for linear layers behind norms",
        },
        IBau.Entry with
        {
            Source = "Zeng et al. 2022",
            Needs = "clean pictures",
            Assumes = "a perturbation common to all pictures",
        },
        Npd.Entry with
        {
            Source = "Zhu et al. 2023",
            Needs = "clean pictures",
            Assumes = "a backdoor that one linear layer before a late block can silence",
        },
        NeuralCleanse.Entry with
        {
            Source = "Wang et al. 2019",
            Needs = "the weights, clean pictures",
            Assumes = "a target that needs a much smaller trigger than other classes, in the chosen form",
        },
        MmBd.Entry with
        {
            Source = "Wang et al. 2024",
            Needs = "the weights alone",
            Assumes = "a target whose logit goes further than those of other classes",
        },
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
        return entry.Repairs == (made.Repair is not null) && entry.Filters == (made.Filter is not null) ? made
            : throw new InvalidOperationException($"the entry of {entry.Name} says {nameof(entry.Repairs)}: {entry.Repairs}, "
                + $"{nameof(entry.Filters)}: {entry.Filters}, which is not so");
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
