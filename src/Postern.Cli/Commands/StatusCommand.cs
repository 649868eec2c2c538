using System.CommandLine;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Studies;
using Postern.Studies.Slurm;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern status STUDY</c>: what is done, runs, waits and failed, from records, wherever it runs.</summary>
internal static class StatusCommand
{
    // Records are asked often, a cluster's controller seldom.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2), QueuePause = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var arguments = new StudyArguments();
        var watch = new Option<bool>("--watch")
        {
            Description = "look again and again until nothing of it runs; Ctrl-C ends the watching, not the run",
        };
        var json = new JsonOption();
        var command = new ShownCommand("status",
            "Show how far a study is: what is done, runs, waits and failed, wherever it runs.",
            "postern status studies/quickstart.yaml", "postern status runs/quickstart --watch")
        {
            watch, json,
        };
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            bool watches = parsed.GetValue(watch), asJson = parsed.GetValue(json);
            if (watches && asJson) throw new InputException("--watch", "is for people; look again and again with --json alone");
            RunFolder run = arguments.Folder(parsed, planOnly: true);
            if (watches) return Watch(run);
            StudyStatus status = SlurmStatus.Of(run);
            if (asJson) JsonOutput.Write(status.Cells.Select(c => CellStatusListing.Of(c, StatusLines.Word(c.State.Phase))));
            else Write(StatusLines.Of(status, all: true));
            return ExitCode.Done;
        });
        return command;
    }

    private static int Watch(RunFolder run)
    {
        using var interrupt = new Interrupt();
        string shown = "";
        // Between two cells of a run, none runs.
        for (int idle = 0; ;)
        {
            StudyStatus status = SlurmStatus.Of(run);
            string[] lines = [.. StatusLines.Of(status, all: false)];
            if (string.Join('\n', lines) is string now && now != shown) Show(lines);
            shown = string.Join('\n', lines);
            if (status.IsDone) return ExitCode.Done;
            idle = status.IsRunning || status.IsQueued ? 0 : idle + 1;
            if (idle > 1)
            {
                Write(["nothing of it runs; 'postern run' does what is missing"]);
                return ExitCode.Failed;
            }
            if (!interrupt.Token.WaitHandle.WaitOne(status.IsQueued ? QueuePause : Pause)) continue;
            Write(["the run goes on; 'postern status' shows how far it is, 'postern cancel' stops it"]);
            return ExitCode.Done;
        }
    }

    private static void Show(IEnumerable<string> lines)
    {
        if (AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected) AnsiConsole.Clear();
        Write(lines);
    }

    // Lines as they are: paths are copied from here, and a console that breaks lines would break them.
    private static void Write(IEnumerable<string> lines)
    {
        TextWriter output = AnsiConsole.Profile.Out.Writer;
        foreach (string line in lines) output.WriteLine(line);
        output.Flush();
    }
}
