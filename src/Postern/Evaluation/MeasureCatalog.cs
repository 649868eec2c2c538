using Postern.Configuration;

namespace Postern.Evaluation;

/// <summary>What a study can have measured beside ACC, ASR and RA (key <c>measures</c>).</summary>
public static class MeasureCatalog
{
    /// <summary>The measures, in the order of listings.</summary>
    public static Catalog<MeasureEntry> All { get; } = new("measure", [AdversarialAccuracy.Entry]);
}
