namespace Postern.Native.Paths;

/// <summary>
/// Tries the candidates of a path in order of speed and stays with the first that gives the plain values. What may end the
/// process is tried after all others, in a process of its own.
/// </summary>
/// <param name="elsewhere">Tries a candidate in another process: path and candidate by name. Null where there is no program to
/// start.</param>
public sealed class Ladder(Func<string, string, Trial>? elsewhere = null)
{
    /// <summary>The detail of a candidate that was passed over because another one is wanted.</summary>
    public const string NotAskedFor = "another one is asked for";

    /// <summary>Tries until one passes, and takes that one.</summary>
    /// <param name="path">The path.</param>
    /// <param name="only">The one candidate that is wanted; null for the first that passes.</param>
    /// <param name="all">Whether those behind the first that passes are tried, too, for a report.</param>
    public PathReport Climb(IFastPath path, string? only = null, bool all = false)
    {
        var trials = new Dictionary<string, Trial>();
        ICandidate? chosen = null;
        foreach (ICandidate candidate in path.Candidates.OrderBy(c => c.Danger is null ? 0 : 1))
        {
            bool wanted = only is null || candidate.Name == only;
            Trial trial = candidate.Unavailable is string reason ? new(candidate.Name, TrialOutcome.Unavailable, reason)
                : !wanted ? new(candidate.Name, TrialOutcome.NotTried, NotAskedFor)
                : chosen is not null && !all ? new(candidate.Name, TrialOutcome.NotTried, candidate.Danger ?? "not needed")
                : candidate.Danger is string danger ? Elsewhere(path, candidate, danger)
                : Here(path, candidate);
            trials[candidate.Name] = trial;
            if (chosen is null && trial.Outcome == TrialOutcome.Passed) chosen = candidate;
        }
        chosen?.Take();
        return new PathReport(path.Name, chosen?.Name, [.. path.Candidates.Select(c => trials[c.Name])], path.IsOptional);
    }

    /// <summary>Takes a candidate and compares.</summary>
    public static Trial Here(IFastPath path, ICandidate candidate)
    {
        try
        {
            candidate.Take();
            return Trial.Of(candidate.Name, [.. path.Compare()]);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new Trial(candidate.Name, TrialOutcome.Crashed, $"{e.GetType().Name}: {e.Message.Split('\n')[0]}");
        }
    }

    private Trial Elsewhere(IFastPath path, ICandidate candidate, string danger) => elsewhere is null
        ? new Trial(candidate.Name, TrialOutcome.NotTried, danger)
        : elsewhere(path.Name, candidate.Name);
}
