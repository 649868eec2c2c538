using Postern.Configuration;

namespace Postern.Probes;

/// <summary>Every probe. A new one is one file and one line here.</summary>
public static class ProbeCatalog
{
    /// <summary>The probes, in the order of listings.</summary>
    public static Catalog<Probe> All { get; } = new("probe",
    [
        new KnockOutProbe(),
        new TriggerShareProbe(),
        new MemoryProbe(),
        new TokenNormsProbe(),
        new GradientMapProbe(),
        new PositionProbe(),
        new TriggerDirectionProbe(),
        new TracingProbe(),
        new StateCorrelationProbe(),
    ]);
}
