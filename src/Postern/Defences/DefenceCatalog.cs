using Postern.Configuration;

namespace Postern.Defences;

/// <summary>Every defence that a study can name. A new one is one file and one line here.</summary>
public static class DefenceCatalog
{
    /// <summary>Name of the entry that defends nothing.</summary>
    public const string None = "none";

    // What decides only how a trained model is tested.
    private static readonly string[] TestOptions = ["protocol", "trials", "threshold", "alarm"];

    /// <summary>The defences, in the order of listings.</summary>
    public static IReadOnlyList<DefenceEntry> All { get; } =
    [
        new(None, "no defence", [], (_, _) => null),
        PatchDrop.Entry with { Source = "Naseer et al. 2021, Doan et al. 2023" },
        PatchShuffle.Entry with { Source = "Naseer et al. 2021, Doan et al. 2023" },
    ];

    /// <summary>The defence called <paramref name="name"/>, or null where there is none.</summary>
    public static DefenceEntry? Find(string name) => All.FirstOrDefault(d => d.Name == name);

    /// <summary>Makes what a study chose; null for <c>none</c>.</summary>
    /// <param name="choice">The defence with its options.</param>
    /// <param name="mean">[3], the dataset's mean in [0, 1].</param>
    /// <exception cref="InputException">An unknown name or options that do not fit together.</exception>
    public static PatchDefence? Create(Choice choice, float[] mean) =>
        (Find(choice.Name) ?? throw choice.Error($"there is no defence '{choice.Name}'{NearestName.Hint(choice.Name, All.Select(d => d.Name))}")).Make(choice, mean);

    /// <summary>
    /// What of a defence decides training: itself under <c>train</c>, the same with protocol <c>train</c> under <c>both</c>, and
    /// <c>none</c> where it is used in tests only. Two cells that differ in nothing else share one training.
    /// </summary>
    public static Choice TrainingPart(Choice choice)
    {
        if (choice.Name == None) return choice;
        DefenceEntry entry = Find(choice.Name)!;
        return DefenceOptions.ProtocolOf(choice) switch
        {
            DefenceProtocol.Train => choice,
            DefenceProtocol.Both => new Choice(entry, choice.Values.Where(v => !TestOptions.Contains(v.Key)).ToDictionary()),
            _ => new Choice(All[0]),
        };
    }
}
