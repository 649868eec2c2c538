using Postern.Configuration;
using Postern.Probes;

namespace Postern.Studies;

/// <summary>Which cells of a study a probe can look into, as the study alone tells.</summary>
public static class ProbeFit
{
    /// <summary>Why <paramref name="probe"/> says nothing of <paramref name="cell"/>; null where it can be tried.</summary>
    public static string? Unfit(Cell cell, Probe probe) => cell.OnlyDetects || cell.OnlyScans
        ? "it is the undefended cell's network" : probe.Unfit(cell.Model, cell.Attack);

    /// <summary>Those of <paramref name="probes"/> that can look into <paramref name="cell"/>.</summary>
    public static IReadOnlyList<Choice> Of(Cell cell, IReadOnlyList<Choice> probes) =>
        [.. probes.Where(p => Unfit(cell, p.EntryAs<Probe>()) is null)];
}
