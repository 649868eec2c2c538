using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Postern.Cli.Commands;
using Postern.Cli.Help;
using Postern.Cli.Json;
using Postern.Native.Paths;
using Spectre.Console;

namespace Postern.Cli;

/// <summary>The <c>postern</c> command.</summary>
public static class Program
{
    /// <summary>
    /// Runs a command line and gives its exit code: 0 all done, 1 something failed, 2 bad input, 130 stopped by a signal.
    /// </summary>
    public static int Main(string[] args)
    {
        Terminal.Prepare();
        LossyWriter.Install();
        return Run(args, Console.Error);
    }

    /// <summary>As <see cref="Main"/>, with errors written to <paramref name="errors"/>.</summary>
    public static int Run(string[] args, TextWriter errors)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        // Any command may be the first that computes: training, evaluating, preparing what an attack learns.
        SelfCheck.Elsewhere = CandidateProcess.Try;
        var verbose = new Option<bool>("--verbose") { Description = "show the stack trace of an error", Recursive = true };
        RootCommand root = Commands();
        root.Options.Add(verbose);
        ParseResult parsed = root.Parse(args);
        AnsiConsole.Console = Terminal.Open(onErrors: JsonOption.IsGiven(parsed));
        if (LineError.Of(parsed) is string wrong)
        {
            errors.WriteLine(ErrorText.Line(wrong));
            return ExitCode.BadInput;
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Error = errors,
            });
        }
        catch (
            Exception e) when (Causes.Of(e) is InputException or ClaimLostException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(ErrorText.Line(Causes.Of(e).Message));
            if (parsed.GetValue(verbose)) errors.WriteLine(e);
            return ExitCode.BadInput;
        }
        catch (Exception e) when (Causes.Of(e) is OperationCanceledException)
        {
            bool trains = parsed.CommandResult.Command.Name == RunCommand.Name;
            errors.WriteLine(trains ? ErrorText.TrainingStopped : ErrorText.Stopped);
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (!parsed.GetValue(verbose))
        {
            errors.WriteLine(ErrorText.Line(ErrorText.Defect(e)));
            return ExitCode.Failed;
        }
    }

    /// <summary>Every command; without one, an overview.</summary>
    internal static RootCommand Commands()
    {
        List<CommandGroup> groups =
        [
            new("Studies",
                [InitCommand.Create(), RunCommand.Create(), StatusCommand.Create(), CancelCommand.Create(), EvalCommand.Create(),
                ProbeCommand.Create(), ReportCommand.Create(), ResultsCommand.Create()]),
            new("What a study can name", [DatasetsCommand.Create(), ModelsCommand.Create(), AttacksCommand.Create(),
                DefencesCommand.Create(), PresetsCommand.Create(), ProbesCommand.Create()]),
            new("Data and pictures", [DataCommand.Create(), PoisonCommand.Create(), FigureCommand.Create()]),
            new("This program", [DoctorCommand.Create(), CompletionCommand.Create()]),
        ];
        var root = new RootCommand("Measures how easily a vision backbone learns a backdoor, and what stops it.");
        var page = new HelpPage(groups);
        groups[^1] = groups[^1] with { Commands = [.. groups[^1].Commands, HelpCommand.Create(page, root)] };
        foreach (Command command in groups.SelectMany(g => g.Commands)) root.Subcommands.Add(command);
        foreach (Option option in root.Options)
        {
            if (option is HelpOption) (option.Action, option.Description) = (page, "show this page, or that of a command");
            if (option is VersionOption) option.Description = "show the version";
        }
        root.SetAction(page.Invoke);
        return root;
    }
}
