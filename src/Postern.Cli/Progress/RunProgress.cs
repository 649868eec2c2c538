using Postern.Studies;
using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>Shows a run: bars with rate and time left on a terminal, plain lines where there is none.</summary>
internal static class RunProgress
{
    /// <summary>
    /// Runs <paramref name="work"/>, <paramref name="jobs"/> cells at a time, with the display that fits where the output goes.
    /// </summary>
    public static RunSummary Show(RunFolder run, int jobs, Func<Action<RunEvent>, RunSummary> work)
    {
        var pace = new Pace(run, jobs);
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
            return work(new PlainProgress(pace, AnsiConsole.Profile.Out.Writer).Show);
        var column = new RowColumn();
        return AnsiConsole.Progress().HideCompleted(false).Columns(column)
            .Start(context => work(new BarProgress(pace, context, column).Show));
    }
}
