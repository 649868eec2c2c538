using System.CommandLine;
using Postern.Cli.Help;
using Postern.Studies;
using Postern.Studies.Slurm;
using Spectre.Console;

namespace Postern.Cli.Commands;

/// <summary><c>postern cancel STUDY</c>: stops its jobs and processes; each cell keeps a checkpoint.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var arguments = new StudyArguments();
        var command = new ShownCommand("cancel",
            "Stop a study: its jobs in Slurm, and its processes on this machine; the next run goes on.",
            "postern cancel runs/quickstart");
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            RunFolder run = arguments.Folder(parsed, planOnly: true);
            Stopped stopped = StudyStop.Stop(run);
            TextWriter output = AnsiConsole.Profile.Out.Writer;
            if (stopped.Jobs.Count > 0) output.WriteLine($"cancelled jobs {string.Join(' ', stopped.Jobs)}");
            foreach (string process in stopped.Processes) output.WriteLine($"told to stop: {process}");
            foreach (string process in stopped.Elsewhere) output.WriteLine($"not reached: {process}; stop it there");
            if (stopped is { Jobs: [], Processes: [], Elsewhere: [] }) output.WriteLine("nothing of it runs");
            output.Flush();
            return stopped.Elsewhere.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
