using Spectre.Console;

namespace Postern.Cli.Progress;

/// <summary>Shows how a file is fetched: a bar on a terminal, elsewhere only what goes wrong on the way.</summary>
internal static class DownloadBar
{
    /// <summary>Fetches a file (<see cref="Download"/>).</summary>
    public static bool Show(string name, Uri address, string path, string checksum, CancellationToken cancel)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var plain = new Download(client, address, path, checksum) { Tell = Say };
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
            return plain.Run(cancel).GetAwaiter().GetResult();
        return AnsiConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn(),
                new TransferSpeedColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask bar = context.AddTask(name);
                return new Download(client, address, path, checksum)
                {
                    Tell = Say,
                    Progress = (done, total) =>
                    {
                        bar.MaxValue = total ?? Math.Max(bar.MaxValue, 2 * done);
                        bar.Value = done;
                    },
                }.Run(cancel).GetAwaiter().GetResult();
            });

        void Say(string fault) => AnsiConsole.MarkupLineInterpolated($"[yellow]warning[/] {name}: {fault}");
    }
}
