using System.CommandLine;
using System.Globalization;
using Postern.Cli.Commands;
using Postern.Cli.Json;
using Postern.Native.Paths;
using Spectre.Console;

namespace Postern.Cli;

/// <summary>The <c>postern</c> command.</summary>
public static class Program
{
    /// <summary>
    /// Runs a command line and gives its exit code: 0 all done, 1 something failed, 2 bad input, 130 interrupted.
    /// </summary>
    public static int Main(string[] args)
    {
        Terminal.Prepare();
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
        if (parsed.Errors.Count > 0)
        {
            errors.WriteLine(
                ErrorText.Line($"{string.Join(' ', args)}: {Joined(parsed.Errors[0].Message)}; see 'postern --help'"));
            return ExitCode.BadInput;
        }
        try
        {
            return parsed.Invoke(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(ErrorText.Line(e.Message));
            if (parsed.GetValue(verbose)) errors.WriteLine(e);
            return ExitCode.BadInput;
        }
        catch (OperationCanceledException)
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

    /// <summary>Every command.</summary>
    internal static RootCommand Commands() => new("Measures how easily a vision backbone learns a backdoor, and what stops it.")
    {
        RunCommand.Create(), ReportCommand.Create(), DataCommand.Create(), AttacksCommand.Create(), DefencesCommand.Create(),
        PoisonCommand.Create(), FigureCommand.Create(), ModelsCommand.Create(), PresetsCommand.Create(), DoctorCommand.Create(),
        CompletionCommand.Create(),
    };

    // The parser lists what is allowed a line each.
    private static string Joined(string message) =>
        string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
}
