using System.Globalization;
using Postern.Kernels;
using Postern.Models;
using Postern.Native;
using Postern.Native.Paths;

namespace Postern.Cli.Commands;

/// <summary>What <c>doctor</c> says in a line of a fast path, and of a model beside its plain twin.</summary>
internal static class PathFinding
{
    /// <summary>What to do where a model is wrong.</summary>
    public const string ModelCure =
        "do not trust results of this model on this machine; POSTERN_PATHS may choose other paths (docs/machines.md)";

    /// <summary>
    /// A path: ok where the fastest candidate of this machine is in use, a note where another one is, wrong where none passes.
    /// </summary>
    public static Finding Of(PathReport report)
    {
        string name = $"path {report.Path}";
        string[] failed = [.. report.Trials.TakeWhile(t => t.Candidate != report.Chosen)
            .Where(t => t.Outcome is TrialOutcome.Wrong or TrialOutcome.Crashed
                || (t.Outcome == TrialOutcome.NotTried && report.Chosen is not null && t.Detail != Ladder.NotAskedFor))
            .Select(t => $"{t.Candidate} {t.Word} ({t.Detail})")];
        string? cure = report.Chosen is null
            ? report.IsOptional ? "use precision: float32 on this machine"
            : "nothing can be trained or measured on this machine; report what stands below"
            : failed.Length > 0 ? $"nothing to do: results are right with {report.Chosen}, which may be slower" : null;
        string value = report.Chosen is null ? "no candidate gives the plain values" : report.Chosen;
        return new Finding(name, failed.Length == 0 ? value : $"{value}; {string.Join("; ", failed)}", cure,
            Fatal: report.Chosen is null && !report.IsOptional);
    }

    /// <summary>A model beside its plain twin.</summary>
    public static Finding Of(ModelTrial trial)
    {
        string value = string.Join(", ", trial.Comparisons.Select(Text));
        return new Finding($"model {trial.Model}", value,
            trial.Passes ? null : ModelCure, Fatal: !trial.Passes);
    }

    private static string Text(Deviation c) => string.Create(CultureInfo.InvariantCulture, $"{c.What} differ by {c.Largest:g2}");
}
