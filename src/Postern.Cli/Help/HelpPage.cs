using System.CommandLine;
using System.CommandLine.Invocation;

namespace Postern.Cli.Help;

/// <summary>
/// What <c>--help</c> prints: within 80 columns wherever it goes, under the name that people type, with a line to try.
/// </summary>
/// <param name="groups">The commands, as the overview shows them.</param>
internal sealed class HelpPage(IReadOnlyList<CommandGroup> groups) : SynchronousCommandLineAction
{
    /// <summary>Columns that every terminal has.</summary>
    public const int Width = 80;

    private static readonly string[] First = ["postern run studies/quickstart.yaml", "postern attacks blend --preview blend.png"];

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return ExitCode.Done;
    }

    /// <summary>The page of <paramref name="command"/>; of the root, an overview of all.</summary>
    public void Write(Command command, TextWriter output)
    {
        var text = new HelpText(output, Width);
        text.Line(command.Description ?? "");
        if (command is RootCommand) WriteOverview(command, text);
        else WriteCommand(command, text);
    }

    private void WriteOverview(Command root, HelpText text)
    {
        text.Title("Usage");
        text.Example("postern COMMAND [options]");
        int names = root.Subcommands.Max(c => c.Name.Length);
        foreach (CommandGroup group in groups)
        {
            text.Title(group.Title);
            text.Rows(group.Commands.Select(c => (c.Name, c.Description ?? "")), names);
        }
        text.Title("Options");
        WriteOptions(root, text, names);
        text.Title("Examples");
        foreach (string example in First) text.Example(example);
        text.Line();
        text.Line("'postern help COMMAND' has the arguments and options of one, with an example.");
    }

    private static void WriteCommand(Command command, HelpText text)
    {
        text.Title("Usage");
        text.Line(Usage.Of(command), indent: 2);
        Argument[] arguments = [.. command.Arguments.Where(a => !a.Hidden)];
        if (arguments.Length > 0)
        {
            text.Title("Arguments");
            text.Rows(arguments.Select(a => (Usage.NameOf(a), a.Description ?? "")));
        }
        if (command.Subcommands.Count > 0)
        {
            text.Title("Commands");
            text.Rows(command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description ?? "")));
        }
        text.Title("Options");
        WriteOptions(command, text);
        if (command is not ShownCommand shown) return;
        text.Title(shown.Examples.Count == 1 ? "Example" : "Examples");
        foreach (string example in shown.Examples) text.Example(example);
    }

    private static void WriteOptions(Command command, HelpText text, int least = 0) =>
        text.Rows(Usage.Shown(command).Select(o => (Usage.LabelOf(o), Usage.MeaningOf(o))), least);
}
