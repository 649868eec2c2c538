using System.CommandLine;
using Postern.Cli.Help;
using Postern.Cli.Progress;
using Postern.Datasets;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern data get NAME --to DIR</c>: fetches a dataset from where its authors publish it.</summary>
internal static class DataGetCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = new Argument<string>("name")
        {
            Description = string.Join(" or ", DatasetSource.All.Select(s => s.Name)),
        };
        name.CompletionSources.Add(_ => DatasetSource.All.Select(s => s.Name));
        var to = new Option<string>("--to") { HelpName = "DIR", Description = "the folder for its files", Required = true };
        var mirror = new Option<string?>("--mirror")
        {
            HelpName = "URL",
            Description = "a folder with copies of the official files, under the same names; their checksums must fit",
        };
        var command = new ShownCommand("get", "Fetch a dataset from where its authors publish it.",
            "postern data get cifar10 --to data/cifar10", "postern data get gtsrb --to data/gtsrb") { name, to, mirror };
        command.SetAction(parsed =>
        {
            var source = DatasetSource.Of(parsed.GetValue(name)!);
            string folder = parsed.GetValue(to)!;
            (SourceFile File, Uri Address)[] files =
                [.. source.Files.Select(f => (f, source.AddressOf(f, parsed.GetValue(mirror))))];
            using var interrupt = new Interrupt();
            foreach ((SourceFile file, Uri address) in files) Fetch(file, address, folder, interrupt.Token);
            AnsiConsole.MarkupLine("in a study:");
            AnsiConsole.Profile.Out.Writer.WriteLine(StudyLines.Of(DatasetCatalog.ChoiceAt(folder)));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Fetch(SourceFile file, Uri address, string folder, CancellationToken cancel)
    {
        string path = Path.Combine(folder, file.Name);
        bool fetched = DownloadBar.Show(file.Name, address, path, file.Checksum, cancel);
        AnsiConsole.MarkupLineInterpolated(
            $"{path}: {(fetched ? $"fetched from {address}" : "is there already")}, its checksum fits");
    }
}
