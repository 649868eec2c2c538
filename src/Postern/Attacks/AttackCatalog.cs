using Postern.Configuration;

namespace Postern.Attacks;

/// <summary>Every attack that a study can name. A new one is one file and one line here.</summary>
public static class AttackCatalog
{
    /// <summary>The attacks, in the order of listings.</summary>
    public static IReadOnlyList<AttackEntry> All { get; } =
    [
        new("none", "no attack: the clean row", "clean", [], (_, _) => null),
        BadNets.Entry,
        Blend.Entry,
        Sig.Entry,
        Refool.Entry,
        Clb.Entry,
        TaCT.Entry,
        WaNet.Entry,
        AdaptivePatch.Entry,
        AdaptiveBlend.Entry,
        Dynamic.Entry,
        Issba.Entry,
        PatchPixel.Entry,
    ];

    /// <summary>The attack called <paramref name="name"/>, or null where there is none.</summary>
    public static AttackEntry? Find(string name) => All.FirstOrDefault(a => a.Name == name);

    /// <summary>Makes what a study chose; null for <c>none</c>, so that a clean row has neither plan nor ASR.</summary>
    /// <param name="choice">The attack with its options.</param>
    /// <param name="datasetTargetClass">The target class where the option <c>target</c> is -1.</param>
    /// <exception cref="InputException">An unknown name, options that do not fit together, or a trigger file that cannot be read.</exception>
    public static Attack? Create(Choice choice, int datasetTargetClass)
    {
        AttackEntry entry = Find(choice.Name)
            ?? throw choice.Error($"there is no attack '{choice.Name}'{NearestName.Hint(choice.Name, All.Select(a => a.Name))}");
        bool setsTarget = choice.Values.ContainsKey("target") && choice.Integer("target") >= 0;
        return entry.Make(choice, setsTarget ? choice.Integer("target") : datasetTargetClass);
    }
}
