using System.CommandLine;
using Postern.Cli.Help;
using Postern.Configuration;

namespace Postern.Cli.Commands;

/// <summary><c>postern help [COMMAND]</c>: what one can do, or the page of a command.</summary>
internal static class HelpCommand
{
    /// <param name="page">Writes pages.</param>
    /// <param name="root">Has all commands.</param>
    public static Command Create(HelpPage page, RootCommand root)
    {
        var words = new Argument<string[]>("command")
        {
            Description = "a command, e.g. run or models info",
            Arity = ArgumentArity.ZeroOrMore,
        };
        words.CompletionSources.Add(_ => root.Subcommands.Select(c => c.Name));
        var command = new ShownCommand("help", "Show what one can do, or how a command is used.", "postern help run") { words };
        command.SetAction(parsed =>
        {
            Command shown = root;
            foreach (string word in parsed.GetValue(words) ?? [])
                shown = shown.Subcommands.FirstOrDefault(c => c.Name == word)
                    ?? throw new InputException(Usage.PathOf(shown),
                        NearestName.Unknown("command", word, shown.Subcommands.Select(c => c.Name)));
            page.Write(shown, parsed.InvocationConfiguration.Output);
            return ExitCode.Done;
        });
        return command;
    }
}
