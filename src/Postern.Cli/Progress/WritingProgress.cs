using Postern.Studies.PoisonedSets;
using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>Shows how a poisoned set is written: a bar for each part on a terminal, nothing where there is none.</summary>
internal sealed class WritingProgress(ProgressContext context) : IPoisonedSetProgress
{
    private readonly Dictionary<string, ProgressTask> bars = [];

    /// <summary>Runs <paramref name="work"/> with the display that fits where the output goes.</summary>
    public static PoisonedSetRecord Show(Func<IPoisonedSetProgress?, PoisonedSetRecord> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected) return work(null);
        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context => work(new WritingProgress(context)));
    }

    public void Written(string part, int done, int total)
    {
        if (!bars.TryGetValue(part, out ProgressTask? bar)) bar = bars[part] = context.AddTask(part, maxValue: total);
        bar.Value = done;
    }
}
