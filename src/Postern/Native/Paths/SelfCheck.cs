using System.Diagnostics;
using TorchSharp;

namespace Postern.Native.Paths;

/// <summary>
/// Compares every fast path with the plain one before anything is computed with it, and takes the fastest candidate that gives
/// the plain values on this machine. Runs once in a process, when the first training or evaluation begins.
/// </summary>
public static class SelfCheck
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, PathReport> reports = [];
    private static bool checkedOnce, checkedInBFloat16;

    /// <summary>
    /// Tries in another process what may end this one: path and candidate by name. Null where there is no program to start.
    /// </summary>
    public static Func<string, string, Trial>? Elsewhere { get; set; }

    /// <summary>Whether the processor hides its caches; tests say otherwise.</summary>
    internal static bool CachesHidden { get; set; } = CacheTopology.IsHidden;

    /// <summary>How long comparing took in this process, libtorch's own start left out.</summary>
    public static TimeSpan Elapsed { get; private set; }

    /// <summary>Every path.</summary>
    public static IReadOnlyList<IFastPath> Paths => FastPaths.Of(CachesHidden);

    /// <summary>The candidate in use by path, as far as paths have been compared in this process.</summary>
    /// <param name="bfloat16">Whether the paths of bf16 count.</param>
    public static IReadOnlyDictionary<string, string> Chosen(bool bfloat16)
    {
        lock (Gate)
            return reports.Values.Where(r => r.Chosen is not null && (bfloat16 || !r.IsOptional))
                .ToDictionary(r => r.Path, r => r.Chosen!);
    }

    /// <summary>Compares what has not been compared yet, and takes the first candidate of each path that passes.</summary>
    /// <param name="bfloat16">Whether something runs in bf16.</param>
    /// <exception cref="InputException">No candidate of a path passes; the message says what differs by how much.</exception>
    public static void Ensure(bool bfloat16 = false)
    {
        if (bfloat16) SignalStack.Enlarge();
        lock (Gate)
        {
            if (checkedInBFloat16 || (checkedOnce && !bfloat16)) return;
            (IReadOnlyList<IFastPath> paths, Func<IFastPath, PathReport> climb) = Begin(all: false);
            long begun = Stopwatch.GetTimestamp();
            // Gradients are compared, too, whatever the caller is in the middle of.
            using var gradients = torch.inference_mode(false);
            using var enabled = torch.enable_grad();
            IFastPath[] missing = [.. paths.Where(p => !reports.ContainsKey(p.Name) && (bfloat16 || !p.IsOptional))];
            // Our kernels know nothing of libtorch: they are compared meanwhile, on the other core. bf16 goes through all others.
            Task<PathReport[]> kernels = Task.Run(() => missing.Where(p => p is KernelPath).Select(climb).ToArray());
            PathReport[] torchPaths = [.. missing.Where(p => p is not KernelPath && !p.IsOptional).Select(climb)];
            Take(torchPaths.Concat(kernels.GetAwaiter().GetResult()));
            Take(missing.Where(p => p.IsOptional).Select(climb));
            Elapsed += Stopwatch.GetElapsedTime(begun);
            (checkedOnce, checkedInBFloat16) = (true, bfloat16);
        }

        static void Take(IEnumerable<PathReport> found)
        {
            foreach (PathReport report in found)
                reports[report.Path] = report.Chosen is not null
                    ? report : throw new InputException("self-check", Refusal(report));
        }
    }

    /// <summary>Tries every candidate of every path, for a report, and leaves the first that passes of each in use.</summary>
    /// <exception cref="InputException"><c>POSTERN_PATHS</c> is wrong, or libtorch does not load.</exception>
    public static IReadOnlyList<PathReport> Examine()
    {
        SignalStack.Enlarge();
        lock (Gate)
        {
            (IReadOnlyList<IFastPath> paths, Func<IFastPath, PathReport> climb) = Begin(all: true);
            foreach (IFastPath path in paths) reports[path.Name] = climb(path);
            return [.. paths.Select(p => reports[p.Name])];
        }
    }

    /// <summary>The paths of this machine, and how each is tried, with what <c>POSTERN_PATHS</c> wishes.</summary>
    private static (IReadOnlyList<IFastPath> Paths, Func<IFastPath, PathReport> Climb) Begin(bool all)
    {
        TorchRuntime.Load();
        IReadOnlyList<IFastPath> paths = Paths;
        IReadOnlyDictionary<string, string> wishes =
            PathWishes.Read(Environment.GetEnvironmentVariable(PathWishes.Variable), paths);
        var ladder = new Ladder(Elsewhere);
        return (paths, path => ladder.Climb(path, wishes.GetValueOrDefault(path.Name), all));
    }

    /// <summary>What is wrong where no candidate passes, and what to do.</summary>
    internal static string Refusal(PathReport report) =>
        $"no way to compute '{report.Path}' gives right values on this machine: "
        + string.Join("; ", report.Trials.Where(t => t.Outcome is not TrialOutcome.Unavailable)
            .Select(t => $"{t.Candidate} {t.Word}: {t.Detail}"))
        + (report.IsOptional ? "; set precision: float32" : "")
        + "; 'postern doctor --thorough' shows all of it";
}
