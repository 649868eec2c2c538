using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Attacks;

/// <summary>Every attack that a study can name. A new one is one file and one line here.</summary>
public static class AttackCatalog
{
    /// <summary>The attacks, in the order of listings.</summary>
    public static Catalog<AttackEntry> All { get; } = new("attack",
    [
        new("none", "no attack: the clean row", "clean", [], (_, _) => null) { Plants = false },
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
        StoredTriggers.Entry,
    ]);

    /// <summary>Makes what a study chose; null for <c>none</c>, so that a clean row has neither plan nor ASR.</summary>
    /// <param name="choice">The attack with its options.</param>
    /// <param name="dataset">What it is made for.</param>
    /// <exception cref="InputException">Options that do not fit together, or a trigger file that cannot be read.</exception>
    public static Attack? Create(Choice choice, DatasetTraits dataset) => choice.EntryAs<AttackEntry>().Make(choice, dataset);
}
