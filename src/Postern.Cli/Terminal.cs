using Postern.Cli.Progress;
using Spectre.Console;

namespace Postern.Cli;

/// <summary>
/// The console for people: coloured on a terminal, without a single escape code where there is none or <c>NO_COLOR</c> is set.
/// </summary>
internal static class Terminal
{
    // A pipe or a log has no width of its own; 80 columns would break the tables.
    private const int RedirectedWidth = 120;

    // https://no-color.org: set to anything but nothing. Bars, which move the cursor, go with the colours.
    private static bool IsPlain => Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };

    /// <summary>
    /// To be called before anything touches the console: .NET itself greets a terminal with an escape code, also where the output
    /// goes elsewhere, as it does when a shell asks for completions.
    /// </summary>
    public static void Prepare()
    {
        if (IsPlain || Console.IsOutputRedirected) Environment.SetEnvironmentVariable("TERM", "dumb");
    }

    /// <summary>Opens the console on standard output, or on standard error where standard output is for a program.</summary>
    public static IAnsiConsole Open(bool onErrors)
    {
        bool redirected = onErrors ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        bool plain = redirected || IsPlain;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = plain ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(onErrors ? Console.Error : Console.Out),
            // Build servers are known by name and would get codes into a pipe.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Pipeline.Attach(new ControlCharacters());
        if (redirected) console.Profile.Width = RedirectedWidth;
        return console;
    }
}
