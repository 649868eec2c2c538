using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>Shows how a cell is probed: a bar on a terminal, elsewhere a line every few seconds.</summary>
internal static class ProbeBar
{
    /// <summary>Runs <paramref name="work"/>, which tells which probe has done which share.</summary>
    public static T Show<T>(string cell, Func<Action<string, double>, T> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            var lines = new PreparationLines(AnsiConsole.Profile.Out.Writer);
            return work((probe, share) =>
            {
                if (share < 1 && lines.Due(share)) AnsiConsole.Profile.Out.Writer.WriteLine($"{cell}  {probe} {share:p0}");
            });
        }
        return AnsiConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context =>
            {
                Dictionary<string, ProgressTask> bars = [];
                return work((probe, share) =>
                {
                    if (!bars.TryGetValue(probe, out ProgressTask? bar))
                        bar = bars[probe] = context.AddTask(Markup.Escape($"{cell}  {probe}"), maxValue: 1);
                    bar.Value = share;
                });
            });
    }
}
