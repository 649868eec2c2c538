using Postern.Datasets;
using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>
/// Shows how the pictures of a dataset are gone through: a bar for each split on a terminal, nothing elsewhere.
/// </summary>
internal static class SweepBars
{
    /// <summary>Goes through <paramref name="dataset"/>.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="decodes">Whether pictures are decoded, or only their contents found out.</param>
    /// <param name="cancel">Stops it.</param>
    public static DatasetCheck Show(Dataset dataset, bool decodes, CancellationToken cancel)
    {
        var plain = new PictureSweep { Decodes = decodes, Cancel = cancel };
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
            return DatasetCheck.Of(dataset, _ => plain);
        return AnsiConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context => DatasetCheck.Of(dataset, split =>
            {
                ProgressTask bar = context.AddTask($"{(decodes ? "checking" : "reading")} {split}");
                return plain with
                {
                    Progress = (done, count) =>
                    {
                        bar.MaxValue = count;
                        bar.Value = done;
                    },
                };
            }));
    }
}
